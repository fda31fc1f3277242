import pytest

from ingest.normalise.names import organisation_key
from ingest.normalise.places import agree, find_place, knows_province, split_prefix
from ingest.normalise.solutions import solution_key
from ingest.normalise.text import cell, folded, tidy

SAME_NAME = [
    ("深圳市汇川技术股份有限公司", "汇川技术"),
    ("汇川技术（深圳）", "深圳市汇川技术股份有限公司"),
    ("树根互聯股份有限公司", "树根互联"),
    (" 安科瑞电气\n股份有限公司\u3000", "安科瑞电气"),
    ("华为云等", "华为云"),
    ("华为云等单位", "华为云"),
    ("ＥＰＬＡＮ公司", "EPLAN"),
    ("TP-LINK", "tp link"),
    ("西门子中国", "西门子(中国)有限公司"),
    ("上海电器科学研究所(集团)有限公司", "上海电器科学研究所"),
    ("东莞市⻓安镇兴旺五⾦厂", "兴旺五金"),
    ("Kinaxis Inc.", "KINAXIS"),
    ("数蛙团队", "数蛙"),
]


@pytest.mark.parametrize(("one", "other"), SAME_NAME)
def test_one_name_written_in_two_ways_has_one_key(one, other):
    assert organisation_key(one).key == organisation_key(other).key


DIFFERENT_NAMES = [
    ("东莞市智能科技有限公司", "佛山市智能科技有限公司"),  # nothing but trade words is left
    ("中国电信", "中国电信揭阳分公司"),
    ("中国电信深圳分公司", "中国电信揭阳分公司"),
    ("华为技术有限公司", "华为云计算技术有限公司"),
    ("东莞市工业和信息化局", "佛山市工业和信息化局"),
    ("东方电气", "电气"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT_NAMES)
def test_different_bodies_keep_different_keys(one, other):
    assert organisation_key(one).key != organisation_key(other).key


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("深圳市汇川技术股份有限公司", "440300"),
        ("汇川技术(深圳)", "440300"),
        ("深圳华制智能制造技术有限公司", "440300"),
        ("佛山市顺德区某某家具厂", "440606"),
        ("昆山华恒焊接股份有限公司", "320583"),
        ("中国电信揭阳分公司", "445200"),
        ("钉钉(中国)信息技术有限公司", "000000"),
        ("Dongguan Gongye Interconnection Technology Co Ltd", "441900"),
        ("树根互联", ""),
        ("Suzhou Sample Ltd", ""),  # 苏州 and 宿州 are both Suzhou
    ],
)
def test_the_region_is_read_from_the_name(name, region):
    assert organisation_key(name).region == region


@pytest.mark.parametrize(
    ("name", "main", "aliases"),
    [
        ("敢为软件(ganweisoft)", "敢为软件", ("ganweisoft",)),
        ("海石科技(haishi.net.cn)", "海石科技", ("haishi.net.cn",)),
        ("飞桨 PaddlePaddle", "飞桨", ("PaddlePaddle",)),
        ("帆软(简道云/FineReport)", "帆软", ("简道云", "FineReport")),
        ("美国参数技术公司（PTC）", "美国参数技术公司", ("PTC",)),
        ("星河软件(原星海软件)", "星河软件", ("星海软件",)),
        ("星河软件【以下简称：星河】", "星河软件", ("星河",)),
        ("钉钉(中国)信息技术有限公司", "钉钉(中国)信息技术有限公司", ()),
        ("上海电器科学研究所(集团)", "上海电器科学研究所(集团)", ()),
        ("星河软件(筹)", "星河软件", ()),
        ("星河软件(未闭合", "星河软件", ("未闭合",)),
        ("EPLAN 公司", "EPLAN 公司", ()),
    ],
)
def test_brackets_give_aliases_but_not_places_legal_forms_or_remarks(name, main, aliases):
    key = organisation_key(name)
    assert (key.name, key.aliases) == (main, aliases)


@pytest.mark.parametrize(
    ("name", "main", "partners"),
    [
        ("山河智能(联合中国联通)", "山河智能", ("中国联通",)),
        (
            "聚邦集团;上海电器科学研究所(集团)",
            "聚邦集团",
            ("上海电器科学研究所(集团)",),
        ),
        ("广东省财政厅、广东省工业和信息化厅", "广东省财政厅", ("广东省工业和信息化厅",)),
        ("帆软(简道云、九数云)", "帆软", ()),
    ],
)
def test_joint_names_are_split_into_the_main_one_and_its_partners(name, main, partners):
    key = organisation_key(name)
    assert (key.name, key.partners) == (main, partners)


def test_a_domain_stands_for_its_label():
    assert organisation_key("www.haishi.net.cn").core == "haishi"


def test_legal_form_and_group_are_told_apart():
    assert organisation_key("星河软件集团股份有限公司").is_group
    assert organisation_key("星河软件有限公司").is_full
    assert not organisation_key("星河软件").is_full


def test_the_brand_leaves_words_of_trade_out():
    assert organisation_key("无锡瀚云科技").brand == "瀚云"
    assert organisation_key("智能科技").brand == "智能科技"


def test_a_name_that_is_only_a_legal_form_is_kept_whole():
    assert organisation_key("公司").key == "公司"
    assert organisation_key("").key == ""


def test_a_county_follows_only_the_city_it_lies_in():
    assert split_prefix("深圳市南山区某某") == ("440305", "某某")
    assert split_prefix("珠海南山区某某")[0] == "440400"


def test_a_place_takes_no_name_as_a_whole():
    assert split_prefix("深圳湾") == ("", "深圳湾")


def test_regions_agree_when_one_lies_in_the_other():
    assert agree("440300", "440000") is True
    assert agree("440300", "310000") is False
    assert agree("440300", "000000") is None
    assert agree("", "440300") is None


def test_places_are_known_by_full_short_and_latin_names():
    assert find_place("佛山市顺德区") == "440606"
    assert find_place("dongguan") == "441900"
    assert find_place("上海站") is None
    assert knows_province("440300")
    assert not knows_province("990000")


@pytest.mark.parametrize(
    ("name", "part", "value"),
    [
        ("AVEVA MES(原 Wonderware)", "aliases", ("Wonderware",)),
        ("开普勒数据云(KeplerDaas)", "aliases", ("KeplerDaas",)),
        ("仓储管理系统 WMS(GC-AMS-QHY)", "model", "gc-ams-qhy"),
        ("造纸产业集群数字化(江门)", "qualifier", "江门"),
        ("根云-设备数字运维(EDM)", "qualifier", "edm"),
        ("鼎捷 E10 V3.2 标准版", "version", "3.2"),
        ("鼎捷 E10 V3.2 标准版", "edition", "标准"),
        ("鼎捷 E10 V3.2 标准版", "core", "鼎捷e10"),
        ("MES系统2.0版", "core", "mes"),
        ("星河软件()", "name", "星河软件()"),
    ],
)
def test_a_solution_name_is_taken_apart(name, part, value):
    assert getattr(solution_key(name), part) == value


def test_two_spellings_of_a_solution_have_one_key():
    assert solution_key("ＭＥＳ 系统 v2.0").key == solution_key("MES系统2.0版").key


def test_text_is_tidied_for_people_and_folded_for_comparison():
    assert tidy("⼴东\n⺠企　ＡＢＣ\u200b  云") == "广东民企 ABC 云"
    assert folded("樹根 ROOT") == "树根 root"
    assert cell(" 暂无 ") == ""
    assert cell("—") == ""
    assert cell("无锡") == "无锡"
