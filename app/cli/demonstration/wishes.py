"""What the made-up manufacturers ask for and say: plain data, each need marked as made up."""

from dataclasses import dataclass, field
from typing import Any

from app.cli.demonstration.listings import MADE_UP
from app.cli.demonstration.people import FOSHAN
from app.needs.models import Confidentiality


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """A need, and how many days ago it was published; it closes so many days ago, or ahead if
    that is negative."""

    title: str
    text: str
    published: int
    closes: int
    confidentiality: Confidentiality = Confidentiality.PUBLIC
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, Any]:
        """What the form would hold, without the deadlines."""
        marked = {"title": f"（演示）{self.title}", "systems": MADE_UP}
        return {**marked, "region": FOSHAN, **self.values}


PLASTICS: dict[str, Any] = {"industries": ["C29"], "budget_to": 15_000_000}
METAL: dict[str, Any] = {"industries": ["C33"], "budget_to": 20_000_000}

AWARDED = Wish(
    "佛山二厂四十台老注塑机联网",
    "老注塑机夜里停机没人知道，早上才发现少了半夜产量。想让设备联网，停机手机告警，产量自动记录。",
    published=34,
    closes=20,
    values=PLASTICS,
)
NOBODY = Wish(
    "电镀线能耗在线监测",
    "电费占成本两成，分不清哪条线、哪个班用得多。想按回路做能耗监测，空压机漏气能当天发现。",
    published=33,
    closes=21,
    values=METAL,
)
DECIDING = Wish(
    "注塑机换模与停机自动统计",
    "换模时间靠班长手写，每月对不上。想在注塑机上做设备联网，停机原因和换模时间自动统计。",
    published=30,
    closes=8,
    values=PLASTICS,
)
WITHDRAWN = Wish(
    "冲压车间电表改造",
    "冲压车间只有一块总电表，想分车间、分班次做能耗监测，找出浪费在哪里。",
    published=25,
    closes=-5,
    values=METAL,
)
OPEN = Wish(
    "新车间设备联网、能耗监测和扫码报工",
    "新车间三十台注塑机要设备联网，停机手机告警；同时要能耗监测，分班次看电费；"
    "另外要扫码报工，班组长不用再抄表。",
    published=12,
    closes=-30,
    values={"industries": ["C29"], "budget_from": 10_000_000, "budget_to": 40_000_000},
)
MATCHED = Wish(
    "空压站能耗监测",
    "六台空压机昼夜不停，想做能耗监测，看到每台的用电和漏气，夜里没人时自动提醒。",
    published=11,
    closes=-20,
    confidentiality=Confidentiality.MATCHED,
    values=METAL,
)
HIDDEN = Wish(
    "注塑车间停机告警",
    "客户要来验厂，注塑机停机没有记录。想尽快做设备联网和停机告警，先上十台试点。",
    published=9,
    closes=-25,
    confidentiality=Confidentiality.HIDDEN,
    values=PLASTICS,
)

SELF_CHECK: dict[str, Any] = {
    "products": "家电外壳注塑件（演示）",
    "systems": ["finance", "erp"],
    "joined": "1",
    "satisfaction": "2",
    "connected": "1",
    "monitored": "1",
    "servers": "1",
    "cloud": "1",
    "kept": "1",
    "backed_up": "1",
    "it_staff": "1",
    "cio": "1",
    "trained": "1",
    "it_budget": "2",
}

QUIET: dict[str, Any] = {
    "name": "（演示）静水数据服务部",
    "kind": "service",
    "region": "441826",
    "summary": f"名单上有、还没有人注册账号的服务商。{MADE_UP}",
    "products": "数据采集与报表",
}
