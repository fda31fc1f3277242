"""Inquiries between made-up organisations: one in every stage, and what can befall a thread."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.models import Organisation, Vendor
from app.cli.demonstration.people import SMALL, UNCLAIMED, VENDOR
from app.core.db import now
from app.core.formats import CHINA
from app.inquiries import (
    asking,
    blocking,
    contacts,
    escalating,
    noticing,
    ratings,
    reporting,
    sending,
    speaking,
    stepping,
)
from app.inquiries.asking import Wish
from app.inquiries.models import Inquiry, InquiryStage, Message, Side
from app.needs.models import Need
from app.shortlists.models import Shortlist

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

CONTACT = {"name": "演示联系人", "telephone": "0769-00000000", "preferred": "telephone"}
OWNER = {VENDOR: "owner", SMALL: "small"}


class Thread:
    """One inquiry, and the two who talk in it."""

    def __init__(self, story: "Story", asker: str, vendor: str) -> None:
        self.story, self.db = story, story.db
        self.asker, self.vendor = asker, vendor
        self.inquiry: Inquiry

    def ask(self, text: str, *, ago: int, **wish: str) -> "Thread":
        with self.story.day(ago):
            who = self.story.who(self.asker)
            named = {"vendor": _identifier(self.db, self.story.organisations[self.vendor]), **wish}
            about = asking.find(self.db, who, Wish(**named))
            question = sending.Question(text, f"demo-{self.asker}-{self.vendor}-{ago}", CONTACT)
            self.inquiry = sending.send(self.db, about, question, by=who)
            self.db.flush()  # messages refer to it
        return self

    def read(self, ago: int) -> "Thread":
        newest = select(Message.id).where(Message.inquiry_id == self.inquiry.id)
        number = self.db.exec(newest.order_by(col(Message.id).desc())).first() or 0
        with self.story.day(ago):
            noticing.note(self.db, self.story.who(OWNER[self.vendor]), self.inquiry.id, number)
        return self

    def say(self, side: Side, text: str, *, ago: int) -> "Thread":
        with self.story.day(ago):
            key = f"demo-{side}-{ago}"
            who = self.story.who(self.asker if side is Side.ASKER else OWNER[self.vendor])
            speaking.say(self.db, self.inquiry, side, text, sent_key=key, by=who)
        return self

    def step(self, side: Side, stage: InquiryStage, *, ago: int, why: str = "") -> "Thread":
        with self.story.day(ago):
            who = self.story.who(self.asker if side is Side.ASKER else OWNER[self.vendor])
            version = self.inquiry.version
            stepping.step(self.db, self.inquiry, side, stage, version=version, by=who, why=why)
        return self

    def sign(self, value: int, *, ago: int) -> "Thread":
        """Both sides say the same contract."""
        with self.story.day(ago):
            asker, owner = self.story.who(self.asker), self.story.who(OWNER[self.vendor])
            signed_on = now().astimezone(CHINA).date()
            stepping.say_contract(
                self.db,
                self.inquiry,
                Side.ASKER,
                value=value,
                signed_on=signed_on,
                version=self.inquiry.version,
                by=asker,
            )
            version = self.inquiry.version
            stepping.confirm_contract(self.db, self.inquiry, Side.VENDOR, version=version, by=owner)
        return self


def build(db: Session, story: "Story", needs: Mapping[str, Need], shortlist: Shortlist) -> None:
    """Every stage once, and a thread that waits, is late, is reported, is blocked, is rated."""
    Thread(story, "electronics", VENDOR).ask("能接我们的贴片机吗？", ago=1)
    Thread(story, "electronics", SMALL).ask("报工能用旧手机吗？", ago=2).read(1)
    shared = str(shortlist.id)
    answered = Thread(story, "factory", SMALL).ask("盘点一次多久？", ago=6, shortlist=shared)
    answered.say(Side.VENDOR, "两千个品项大约半天。", ago=5)
    meeting = Thread(story, "hardware", SMALL).ask("想先看看样例。", ago=14)
    meeting.say(Side.VENDOR, "随时可以演示。", ago=12).step(Side.ASKER, InquiryStage.MEETING, ago=8)
    _offered(db, story)
    _contracted(db, story)
    _ended(db, story)
    _waiting(story, needs)


def _offered(db: Session, story: "Story") -> None:
    offer = Thread(story, "factory", VENDOR).ask("四十台机一年要多少？", ago=13)
    offer.say(Side.VENDOR, "请告知机型，我们两天内报价。", ago=12)
    offer.say(Side.ASKER, "清单见附言：海天二十台，震雄二十台。", ago=11)
    with story.day(11):
        contacts.release(db, offer.inquiry, Side.ASKER, by=story.who("factory"))
    offer.step(Side.VENDOR, InquiryStage.OFFER, ago=9)


def _contracted(db: Session, story: "Story") -> None:
    """A contract that both confirmed; the manufacturer rates, the vendor replies."""
    done = Thread(story, "hardware", VENDOR).ask("冲床能联网吗？", ago=45)
    done.say(Side.VENDOR, "可以，加装采集盒。", ago=43).sign(9_600_000, ago=30)
    with story.day(10):
        asker = story.who("hardware")
        said = "两周装完，停机看得见了。"
        ratings.rate(db, done.inquiry, Side.ASKER, 4, said, by=asker)
        db.flush()  # the reply is kept with it
    with story.day(9):
        thanks = "谢谢，第二车间随时安排。"
        ratings.reply(db, done.inquiry, Side.VENDOR, thanks, by=story.who("owner"))


def _ended(db: Session, story: "Story") -> None:
    """One closed by who asked; one declined and reported, whose asker the vendor blocked."""
    closed = Thread(story, "owner", SMALL).ask("是否愿意一起投标？", ago=32)
    closed.say(Side.VENDOR, "人手不够，抱歉。", ago=31)
    closed.step(Side.ASKER, InquiryStage.CLOSED, ago=30)
    declined = Thread(story, "small", VENDOR).ask("请加我微信详谈优惠。", ago=25)
    declined.step(Side.VENDOR, InquiryStage.DECLINED, ago=24, why="与平台业务无关。")
    with story.day(23):
        owner, found = story.who("owner"), declined.inquiry
        why = "反复要求转到平台外联系。"
        reporting.report(db, found, Side.VENDOR, "other", why, by=owner)
        blocking.block(db, found, Side.VENDOR, by=owner)


def _waiting(story: "Story", needs: Mapping[str, Need]) -> None:
    """One to a vendor without an account, and one so late that the staff were called."""
    Thread(story, "factory", UNCLAIMED).ask("贵司还接小批量改造吗？", ago=5)
    hidden = needs["hidden"].identifier
    late = Thread(story, "factory", VENDOR).ask("夜班能只留一个人吗？", ago=26, need=hidden)
    with story.day(9):  # late enough whatever the holidays
        why = "两周没有答复。"
        escalating.escalate(story.db, late.inquiry, Side.ASKER, why, by=story.who("factory"))


def _identifier(db: Session, organisation: Organisation) -> str:
    owned: UUID = organisation.id
    return db.exec(select(Vendor.identifier).where(Vendor.organisation_id == owned)).one()
