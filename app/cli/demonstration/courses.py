"""What is taught in the demonstration: plain data, each training marked as made up."""

from typing import Any

from app.cli.demonstration.listings import MADE_UP
from app.cli.demonstration.people import HOME

PRICE = 600_00
MACHINE_DATA: dict[str, Any] = {
    "name": "（演示）看懂设备数据：班组长一日班",
    "summary": f"用车间自己的停机记录学会看开动率、找出头号停机原因，并写出一条改善措施。{MADE_UP}",
    "audience": "注塑、五金车间的班组长和设备员，不要求编程基础",
    "level": "basic",
    "scenarios": ["equipment-connectivity"],
    "industries": ["C29", "C33"],
    "teacher": "（演示）十五年注塑车间经验的改善工程师",
    "mode": "offline",
    "region": HOME,
    "price": PRICE,
    "subsidy": 50,
    "cancel_days": 7,
    "late_refund": 50,
    "translations": {
        "en": {"name": "(Demo) Reading machine data", "summary": "A made-up day for foremen."}
    },
}
FUNDING: dict[str, Any] = {
    "name": "（演示）数字化改造补贴怎么申报",
    "summary": f"逐项讲解申报条件、材料清单和常见退回原因，现场答疑。{MADE_UP}",
    "audience": "准备申报补贴的制造企业负责人和财务",
    "level": "basic",
    "teacher": "（演示）中心申报辅导员",
    "mode": "hybrid",
    "region": HOME,
    "price": 0,
    "cancel_days": 0,
    "late_refund": 0,
}
ENERGY: dict[str, Any] = {
    "name": "（演示）空压站节能诊断实训",
    "summary": f"在真实空压站上测漏气、算电费、列出改造顺序。{MADE_UP}",
    "audience": "设备主管和能源管理员",
    "level": "intermediate",
    "scenarios": ["energy-management"],
    "mode": "offline",
    "region": HOME,
    "price": 800_00,
    "cancel_days": 5,
    "late_refund": 30,
}
HALL: dict[str, Any] = {
    "venue": "（演示）瑶山联网实训车间",
    "address": "（演示）连南县示范路 1 号，乘公交到示范园站",
    "map_link": "https://demo.example/map",
    "region": HOME,
}
CENTRE: dict[str, Any] = {
    "venue": "（演示）服务中心二楼会议室",
    "address": "（演示）连南县示范路 8 号",
    "region": HOME,
}
ONLINE: dict[str, Any] = {"is_online": True, "join_link": "https://meet.demo.example/funding"}
