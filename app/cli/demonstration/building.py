"""The story of the demonstration: everything goes its lawful way, at moments of the past."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.accounts.models import Person
from app.accounts.visitor import Visitor, acting
from app.catalogue.models import Organisation, Record
from app.catalogue.stages import Stage
from app.cli.demonstration import listings, manufacturers, oversight, twins
from app.cli.demonstration.people import BY_KEY, add_people
from app.core.db import at, lock
from app.core.formats import today
from app.curation.admission import DECISIONS
from app.curation.applications import (
    appeals,
    criteria,
    deciding,
    drafts,
    handing_in,
    notices,
    publishing,
    questions,
)
from app.curation.applications.models import Application
from search.engine import Kind

MORNING = time(2, 0, tzinfo=UTC)  # ten o'clock in China
POINTS = 4


def build(db: Session) -> bool:
    """Add the demonstration set, whole or not at all; False where it is there already."""
    lock(db, DECISIONS)
    if db.exec(select(Person.id).where(Person.email == "owner@demo.example")).first():
        return False
    story = Story(db)
    with story.day(80):
        story.people, story.organisations = add_people(db)
    vendor = story.admit_vendor("owner", listings.VENDOR, ago=75)
    small = story.admit_vendor("small", listings.SMALL, ago=70)
    twins.build(db, story, vendor)
    story.tell_of_offers()
    oversight.build(db, story, vendor, small)
    story.tell_of_those_on_their_way()
    manufacturers.build(db, story)
    return True


class Story:
    """Who acts, and the steps that they take; days are counted back from today."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.people: Mapping[str, Person] = {}
        self.organisations: Mapping[str, Organisation] = {}
        self.today = today()

    @contextmanager
    def day(self, ago: int) -> Iterator[None]:
        """The block happens in the morning of a day so long ago."""
        with at(self.morning(ago)):
            yield

    def morning(self, ago: int) -> datetime:
        """The moment at which what happened so many days ago did; ahead if that is negative."""
        return datetime.combine(self.today - timedelta(days=ago), MORNING)

    def on(self, day: date) -> Any:
        """The block happens in the morning of this day."""
        return at(datetime.combine(day, MORNING))

    def who(self, key: str) -> Visitor:
        """Somebody as they act: members for their organisation, staff for none."""
        organisation = BY_KEY[key].organisation
        acts_for = self.organisations[organisation].id if organisation else None
        return acting(self.db, self.people[key], acts_for)

    def admit_vendor(self, owner: str, values: dict[str, Any], *, ago: int) -> Record:
        """From its draft to its publication."""
        with self.day(ago):
            application = drafts.start_vendor(self.db, by=self.who(owner))
            said = {**application.values, **values}
            self.hand_in(application, said, owner)
        return self.see_through(application, ago)

    def propose(
        self, kind: Kind, values: dict[str, Any], *, by: str = "owner", ago: int, **links: UUID
    ) -> Application:
        """A new listing, handed in."""
        with self.day(ago):
            application = drafts.start_new(self.db, kind, by=self.who(by))
            named = {name: str(link) for name, link in links.items()}
            self.hand_in(application, values, by, named)
        return application

    def hand_in(
        self,
        application: Application,
        values: dict[str, Any],
        by: str,
        links: dict[str, str] | None = None,
    ) -> None:
        who, seen = self.who(by), application.version
        drafts.save(self.db, application, values, seen=seen, links=links, by=who)
        handing_in.hand_in(self.db, application, has_promised=True, by=who)

    def recommend(self, application: Application, ago: int) -> None:
        with self.day(ago):
            deciding.recommend(
                self.db, application, "情况属实，予以推荐。", by=self.who("city-reviewer")
            )

    def review(self, application: Application, ago: int) -> None:
        with self.day(ago):
            criteria.begin(self.db)
            asked = criteria.active(self.db, Kind(application.kind))
            given = {
                one.code: (POINTS, "材料齐全。") for one in asked if one.code != criteria.TOTAL
            }
            reviewer = self.who("reviewer")
            criteria.score(self.db, application, given, by=reviewer)
            deciding.review(self.db, application, by=reviewer)

    def announce(self, application: Application, ago: int) -> date:
        """Start the public notice; the day on which it may be published."""
        with self.day(ago):
            notice = notices.start(self.db, application, today(), by=self.who("publisher"))
        return notice.publish_on

    def see_through(self, application: Application, ago: int) -> Record:
        """From its handing in so many days ago to its publication."""
        self.recommend(application, ago - 2)
        self.review(application, ago - 5)
        with self.on(self.announce(application, ago - 6)):
            return publishing.publish(self.db, application, by=self.who("publisher"))

    def tell_of_offers(self) -> None:
        """Published listings, and what became of some of them."""
        connect = self.see_through(self.propose(Kind.SOLUTION, listings.CONNECT, ago=58), 58)
        energy = self.see_through(self.propose(Kind.SOLUTION, listings.ENERGY, ago=57), 57)
        board = self.see_through(self.propose(Kind.SOLUTION, listings.BOARD, ago=56), 56)
        case = self.propose(Kind.CASE, listings.CASE, ago=40, solution_id=connect.id)
        self.see_through(case, 40)
        with self.day(12):
            owner = self.who("owner")
            handing_in.withdraw_listing(self.db, board, "新版已并入设备联网套件。", by=owner)
        with self.day(3):
            editor = self.who("editor")
            change = drafts.start_change(self.db, energy, by=editor)
            said = {**change.values, "price_from": 880_000, "price_text": "每回路每年 880 元起"}
            self.hand_in(change, said, "editor")

    def tell_of_those_on_their_way(self) -> None:
        """One application at every stage before publication, and those that came to an end."""
        db = self.db
        with self.day(1):
            draft = drafts.start_new(db, Kind.SOLUTION, by=self.who("editor"))
            said = {"name": "（演示）模具寿命管理", "summary": listings.MADE_UP}
            drafts.save(db, draft, said, seen=draft.version, by=self.who("editor"))
        self.propose(Kind.SOLUTION, listings.solution("刀具管理"), ago=16)
        asked = self.propose(Kind.SOLUTION, listings.solution("质量追溯"), ago=9)
        with self.day(7):
            questions.ask(
                db, asked, "请说明追溯码与客户系统如何对接。", by=self.who("city-reviewer")
            )
        recommended = self.propose(Kind.SOLUTION, listings.solution("排产助手"), ago=10)
        self.recommend(recommended, 8)
        reviewed = self.propose(Kind.SOLUTION, listings.solution("空压站托管"), ago=14)
        self.recommend(reviewed, 12)
        self.review(reviewed, 6)
        self._tell_of_a_notice()
        self._tell_of_ends()

    def _tell_of_a_notice(self) -> None:
        noticed = self.propose(Kind.SOLUTION, listings.solution("视觉检测盒"), ago=13)
        self.recommend(noticed, 11)
        self.review(noticed, 8)
        self.announce(noticed, 1)
        notice = notices.running(self.db, noticed)
        assert notice is not None and notice.id is not None  # noqa: S101, PT018  just started
        about = notices.find_public(self.db, notice.id)
        said = "检测速度的数据没有写出处，请补充。"
        notices.object_to(self.db, about, "演示异议人", "objector@demo.example", said, by="demo")

    def _tell_of_ends(self) -> None:
        db = self.db
        returned = self.propose(Kind.SOLUTION, listings.solution("仓库盘点宝"), by="small", ago=11)
        with self.day(6):
            deciding.return_for_more(
                db, returned, "evidence", "请补充一个客户的使用证明。", by=self.who("city-reviewer")
            )
        refused = self.propose(Kind.SOLUTION, listings.solution("万能管家"), by="small", ago=20)
        with self.day(15):
            why = "所述功能与提交的材料不符。"
            deciding.refuse(db, refused, "untrue", why, by=self.who("city-reviewer"))
        with self.day(5):
            subject = f"application:{refused.id}"
            appeals.lodge(db, subject, "材料当时漏传，现已补齐，请复核。", by=self.who("small"))
        assert refused.stage == Stage.REFUSED  # noqa: S101  until somebody decides the appeal
