"""What the made-up vendors propose: plain data, each listing marked as made up."""

from typing import Any

MADE_UP = "本条为演示数据，企业与内容均为虚构。"

VENDOR: dict[str, Any] = {
    "kind": "platform",
    "summary": f"为注塑、五金车间提供设备联网、能耗监测和生产看板的工业互联网平台。{MADE_UP}",
    "products": "设备联网套件、能耗在线监测、车间看板",
    "service_areas": "清远、广州、佛山",
    "scenarios": ["equipment-connectivity", "energy-management"],
    "industries": ["C29", "C33"],
    "website": "https://demo.example",
    "translations": {
        "en": {"name": "(Demo) Yaoshan Connect", "summary": "A made-up platform vendor."}
    },
}
SMALL: dict[str, Any] = {
    "kind": "service",
    "summary": f"三个人的软件工作室，为小厂做报工和仓库盘点。{MADE_UP}",
    "products": "扫码报工、仓库盘点",
    "service_areas": "清远",
    "scenarios": ["manufacturing-execution", "warehouse-management"],
    "website": "https://small.demo.example",
}
CONNECT: dict[str, Any] = {
    "name": "（演示）注塑车间设备联网套件",
    "summary": f"在老注塑机上加装采集盒，停机、换模和产量自动记录，夜里停机手机告警。{MADE_UP}",
    "scenarios": ["equipment-connectivity"],
    "industries": ["C29"],
    "deployment": ["public_cloud"],
    "price_model": "subscription",
    "price_from": 1_200_000,
}
ENERGY: dict[str, Any] = {
    "name": "（演示）能耗在线监测服务",
    "summary": f"按回路装电表，分车间、分班次看电费，空压机漏气当天发现。{MADE_UP}",
    "scenarios": ["energy-management"],
    "deployment": ["public_cloud", "private_cloud"],
    "price_model": "subscription",
}
BOARD: dict[str, Any] = {
    "name": "（演示）车间看板",
    "summary": f"大屏显示每台机的状态、产量和异常，班组长不用再抄表。{MADE_UP}",
    "scenarios": ["manufacturing-execution"],
    "deployment": ["on_premises"],
    "price_model": "licence",
}
CASE: dict[str, Any] = {
    "name": "（演示）样板注塑厂四十台注塑机联网",
    "factory": "（演示）样板注塑厂",
    "summary": f"四十台不同年代的注塑机两周内联网。{MADE_UP}",
    "results": "停机时间下降两成；夜班不再整夜留人看机。",
    "scenarios": ["equipment-connectivity"],
    "industries": ["C29"],
    "region": "441900",
    "year": 2026,
}


def solution(name: str, **more: Any) -> dict[str, Any]:
    """Another solution that differs from the first in what matters for its stage."""
    return {**CONNECT, "name": f"（演示）{name}", **more}
