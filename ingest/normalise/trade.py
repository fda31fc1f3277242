"""Words of trade: what so many companies carry that it tells none of them apart."""

import re

# Words that only describe the business: "树根互联" and "树根互联科技" can be one company.
_PLAIN_WORDS = """
科技 技术 信息 信息技术 信息科技 网络 网络科技 网络技术 智能 智能科技 智能技术 智能制造 智能系统
智能装备 智能设备 数字 数字技术 数据科技 数据技术 数码 电子 电子科技 电子技术 电气 电器 机电
自动化 系统 系统工程 系统集成 集成 工程 工程技术 装备 机械 机器 设备 仪器 仪表 器材 实业 发展
科技发展 技术开发 开发 服务 技术服务 信息服务 咨询 顾问 管理 产业 工业技术 工业科技 计算机 电脑
计算 通信 通讯 光电 光学 传感 传感器 电热 电热机械 材料 新材料 精密 精密机械 五金 塑胶 塑料 模具
创新 研究 制造 智造 工业自动化 控制 控制技术 微电子 可视化 孪生 数字孪生 视觉 软件技术 软件科技
软件开发 股份 企业 企业管理
"""
# Words that often name another company of the same family: "华为" and "华为云", "浪潮软件".
_FAMILY_WORDS = """
软件 云 云计算 云科技 数科 数智 数智科技 智慧 智慧科技 资本 基金 置业 地产 金融 医疗 汽车
汽车科技 机器人 物流 供应链 教育 文化 传媒 新能源 能源 环保 环境 投资 国际 贸易 商贸 进出口 家居
家具 服饰 纺织 食品 包装 建设 建筑 生物 化工 工业 物联网 物联 物联科技 互联网 工业互联网
数字科技 数据 半导体 集成电路
"""


def _either(words: str) -> str:
    """The words as one alternative, longest first."""
    return "|".join(sorted(words.split(), key=len, reverse=True))


_ALL = _either(f"{_PLAIN_WORDS} {_FAMILY_WORDS}")
_TRADE_END = re.compile(rf"(?:{_ALL})$")
_TRADE_ONLY = re.compile(rf"(?:{_ALL})+")
_PLAIN_ONLY = re.compile(rf"(?:{_either(_PLAIN_WORDS)})+")


def is_trade(text: str) -> bool:
    """Whether a folded text consists of nothing but words of trade."""
    return _TRADE_ONLY.fullmatch(text) is not None


def is_plain(text: str) -> bool:
    """Whether a folded text only describes a business and hints at no sister company."""
    return _PLAIN_ONLY.fullmatch(text) is not None


def without_trade(core: str) -> str:
    """The core without the words of trade at its end; "" when it has nothing else."""
    if is_trade(core):
        return ""
    brand = core
    while found := _TRADE_END.search(brand, 2):
        brand = brand[: found.start()]
    return brand
