"""Inquiries at every stage between made-up organisations, and what people make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session

from app.accounts.visitor import Visitor
from app.catalogue.models import Vendor
from app.cli.demonstration import wishes
from app.cli.demonstration.lists import solution_of
from app.cli.demonstration.needs import CONNECT, ENERGY, WRITERS, match_of
from app.cli.demonstration.wishes import Wish
from app.core.formats import today
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
from app.inquiries.models import Inquiry, InquiryStage, Side
from app.needs.models import Need
from app.shortlists.models import Shortlist

if TYPE_CHECKING:
    from app.cli.demonstration.building import Story

CONTACT = {"name": "演示联系人", "telephone": "076900000000", "preferred": "telephone"}


@dataclass(frozen=True, slots=True)
class Thread:
    """One inquiry and who speaks on each side of it."""

    db: Session
    story: "Story"
    inquiry: Inquiry
    people: Mapping[Side, str]

    def by(self, side: Side) -> Visitor:
        """Who acts for a side."""
        return self.story.who(self.people[side])

    def open(self, side: Side, ago: int) -> None:
        """A side reads what there is."""
        with self.story.day(ago):
            number = max(self.inquiry.news_for_vendor, self.inquiry.news_for_asker)
            noticing.note(self.db, self.by(side), self.inquiry.id, number)

    def say(self, side: Side, ago: int, text: str) -> None:
        """A side reads the thread and writes into it."""
        self.open(side, ago)
        with self.story.day(ago):
            key = f"demonstration-{ago}"
            speaking.say(self.db, self.inquiry, side, text, sent_key=key, by=self.by(side))

    def step(self, side: Side, ago: int, stage: InquiryStage, why: str = "") -> None:
        """A side takes a step."""
        self.open(side, ago)
        with self.story.day(ago):
            seen, by = self.inquiry.version, self.by(side)
            stepping.step(self.db, self.inquiry, side, stage, version=seen, by=by, why=why)

    def sign(self, ago: int, value: int) -> None:
        """The asker says that a contract over so many fen was signed; the vendor confirms it."""
        side, other = Side.ASKER, Side.VENDOR
        with self.story.day(ago):
            stepping.say_contract(
                self.db,
                self.inquiry,
                side,
                value=value,
                signed_on=today(),
                version=self.inquiry.version,
                by=self.by(side),
            )
        with self.story.day(ago - 1):
            seen, by = self.inquiry.version, self.by(other)
            stepping.confirm_contract(self.db, self.inquiry, other, version=seen, by=by)

    def rate(self, ago: int, stars: int, text: str) -> None:
        """The asker rates the vendor."""
        with self.story.day(ago):
            by = self.by(Side.ASKER)
            ratings.rate(self.db, self.inquiry, Side.ASKER, stars, text, by=by)


def build(
    db: Session,
    story: "Story",
    written: Mapping[Wish, Need],
    vendors: Mapping[str, Vendor],
    chosen: Mapping[Wish, Shortlist],
) -> None:
    """Those that were asked about needs first, then those that people sent without one."""
    _tell_of_contracts(db, story, written, chosen)
    _tell_of_running(db, story, written)
    asks = _Asking(db, story, vendors)
    _tell_of_silence(asks)
    _tell_of_abuse(asks)
    meeting = asks("moulder", "owner", 9, "三台加工中心能联网吗？想先看样板车间。")
    meeting.say(Side.VENDOR, 8, "可以，样板车间随时能看。")
    meeting.step(Side.VENDOR, 6, InquiryStage.MEETING)
    answered = asks("owner", "small", 4, "我们的客户想加扫码报工，可以合作吗？")
    answered.say(Side.VENDOR, 3, "可以，请把客户的报工单发来看看。")
    asks("small", "owner", 1, "设备联网套件有开放接口吗？我们想接报工数据。")


def _tell_of_contracts(
    db: Session, story: "Story", written: Mapping[Wish, Need], chosen: Mapping[Wish, Shortlist]
) -> None:
    """Two contracts that both sides confirmed, and what was said of the vendor afterwards."""
    shortlist = str(chosen[wishes.AWARDED].id)
    text = "四十台老注塑机要联网，一半没有网口，请报方案和价格。"
    won = _ask_about(db, story, written, wishes.AWARDED, CONNECT, 32, text, shortlist=shortlist)
    won.say(Side.VENDOR, 31, "没有网口的机台用电流采集盒，两周可以装完。")
    with story.day(30):
        contacts.release(db, won.inquiry, Side.ASKER, by=won.by(Side.ASKER))
    won.step(Side.VENDOR, 29, InquiryStage.MEETING)
    won.step(Side.VENDOR, 27, InquiryStage.OFFER)
    won.say(Side.ASKER, 25, "报价收到，内部讨论后答复。")
    won.sign(19, 12_800_000)
    won.rate(10, 5, "装得快，夜里停机手机马上响。")
    with story.day(9):
        reply = "谢谢，三个月后我们回访一次。"
        ratings.reply(db, won.inquiry, Side.VENDOR, reply, by=won.by(Side.VENDOR))


def _tell_of_running(db: Session, story: "Story", written: Mapping[Wish, Need]) -> None:
    """An offer for a need that only matched vendors see, and a question of somebody hidden."""
    text = "六台空压机，先装电表还是先装流量计？"
    offered = _ask_about(db, story, written, wishes.MATCHED, ENERGY, 8, text)
    offered.say(Side.VENDOR, 7, "先装电表，两周的数据就能看出漏气。")
    offered.step(Side.VENDOR, 5, InquiryStage.OFFER)
    text = "十台试点，下个月能上线吗？"
    hidden = _ask_about(db, story, written, wishes.HIDDEN, CONNECT, 1, text)
    hidden.open(Side.VENDOR, 1)


def _ask_about(
    db: Session,
    story: "Story",
    written: Mapping[Wish, Need],
    wish: Wish,
    name: str,
    ago: int,
    text: str,
    *,
    shortlist: str = "",
) -> Thread:
    """Who wrote a need asks the vendor of a solution, from its match where there is one."""
    need, asker = written[wish], WRITERS[wish]
    match = match_of(db, need, name)
    about = asking.Wish(
        solution=solution_of(db, name).identifier,
        need=need.identifier,
        match=str(match.id) if match else "",
        shortlist=shortlist,
    )
    return _send(db, story, (asker, "owner"), ago, about, text)


def _send(
    db: Session,
    story: "Story",
    sides: tuple[str, str],
    ago: int,
    wish: asking.Wish,
    text: str,
) -> Thread:
    asker, vendor = sides
    with story.day(ago):
        by = story.who(asker)
        question = sending.Question(text, f"demonstration-{vendor}-{ago}", dict(CONTACT))
        inquiry = sending.send(db, asking.find(db, by, wish), question, by=by)
    return Thread(db, story, inquiry, {Side.ASKER: asker, Side.VENDOR: vendor})


@dataclass(frozen=True, slots=True)
class _Asking:
    """Questions to a vendor as such, about no need."""

    db: Session
    story: "Story"
    vendors: Mapping[str, Vendor]

    def __call__(self, asker: str, vendor: str, ago: int, text: str) -> Thread:
        wish = asking.Wish(vendor=self.vendors[vendor].identifier)
        return _send(self.db, self.story, (asker, vendor), ago, wish, text)


def _tell_of_silence(asks: _Asking) -> None:
    """A contract that ended and was rated; a vendor that does not answer, one without account."""
    ended = asks("metalworks", "small", 30, "两个仓库、三千个料号，盘点能用手机扫码吗？")
    ended.say(Side.VENDOR, 29, "可以，一个月上线。")
    ended.sign(24, 3_600_000)
    ended.rate(16, 3, "能用，培训少了一次。")
    ended.step(Side.ASKER, 14, InquiryStage.CLOSED)
    late = asks("factory", "small", 26, "新车间要扫码报工，能接我们的 ERP 吗？")
    with asks.story.day(9):
        why = "两周多没有答复，新车间下月开工。"
        escalating.escalate(asks.db, late.inquiry, Side.ASKER, why, by=late.by(Side.ASKER))
    asks("factory", "", 5, "能做设备数据的日报表吗？")


def _tell_of_abuse(asks: _Asking) -> None:
    """Advertising instead of a question: declined, reported, blocked."""
    db = asks.db
    advertised = asks("moulder", "small", 7, "本厂承接各类模具加工，价格从优，欢迎来电。")
    why = "这是广告，不是询问。"
    advertised.step(Side.VENDOR, 6, InquiryStage.DECLINED, why)
    with asks.story.day(6):
        by = advertised.by(Side.VENDOR)
        reporting.report(db, advertised.inquiry, Side.VENDOR, "advertising", why, by=by)
        blocking.block(db, advertised.inquiry, Side.VENDOR, by=by)
