import pytest
from stdnum.cn import uscc

from ingest.normalise.codes import organisation_check_digit
from ingest.resolve import REVIEW, SAME, Entity, Resolver
from ingest.resolve.blocking import LONGEST_BLOCK, MOST_NEAR, Blocks
from search.engine import Kind


def a_code(number: int) -> str:
    body = f"MA5{number:05d}"
    code = f"91440300{body}{organisation_check_digit(body)}"
    return code + uscc.calc_check_digit(code)


def knowing(*entities: Entity, kind: Kind = Kind.VENDOR) -> Resolver:
    resolver = Resolver(kind)
    for entity in entities:
        resolver.add(entity)
    return resolver


def knowing_names(*names: str) -> Resolver:
    return knowing(*(Entity(name, name) for name in names))


def test_nothing_known_means_new():
    decision = Resolver().find(Entity("", "云启智造"))
    assert (decision.state, decision.entity_id, decision.score) == ("new", "", 0.0)


def test_an_equal_code_is_the_same_whatever_the_name():
    resolver = knowing(Entity("a", "云启智造", code=a_code(1)))
    decision = resolver.find(Entity("", "海博网络", code=a_code(1)))
    assert (decision.state, decision.entity_id) == ("same", "a")
    assert "The code is the same, but the names differ." in decision.reasons


def test_different_codes_are_never_the_same():
    resolver = knowing(Entity("a", "云启智造有限公司", code=a_code(1)))
    decision = resolver.find(Entity("", "云启智造有限公司", code=a_code(2)))
    assert decision.state == "new"
    assert decision.reasons == ("The codes differ, so these are two.",)


def test_a_code_on_one_side_leaves_it_to_the_names():
    resolver = knowing(Entity("a", "云启智造有限公司", code=a_code(1)))
    assert resolver.find(Entity("", "云启智造")).entity_id == "a"


@pytest.mark.parametrize(
    ("known", "candidate", "state"),
    [
        ("树根互联股份有限公司", "树根互联", "same"),
        ("华为云计算技术有限公司", "华为云等", "same"),
        ("敢为软件(ganweisoft)", "ganweisoft", "same"),
        ("汉得信息(上海汉得信息技术股份有限公司)", "上海汉得信息技术股份有限公司", "same"),
        ("聚邦集团;上海电器科学研究所(集团)", "聚邦集团", "same"),
        ("海尔卡奥斯", "卡奥斯", "review"),
        ("海石科技", "Haishi", "review"),
        ("Haishi", "海石科技", "review"),
        ("华为技术有限公司", "华为", "review"),
        ("华为", "华为云", "review"),
        ("汇川技术", "惠川技术", "review"),
        ("汇川技术", "川汇技术", "review"),
        ("中控技术股份有限公司", "中控技木股份有限公司", "review"),
        ("广州中望龙腾软件股份有限公司", "中望软件", "review"),
        ("中国电信", "中国电信揭阳分公司", "review"),
        ("深圳市汇川技术股份有限公司", "汇川技术(苏州)", "review"),
        ("聚邦集团有限公司", "聚邦有限公司", "review"),
        ("深圳市智信科技有限公司", "广州市智信科技有限公司", "new"),
        ("华为技术有限公司", "华为云计算技术有限公司", "new"),
        ("东莞市智能科技有限公司", "东莞市智慧科技有限公司", "new"),
        ("中国电信深圳分公司", "中国电信揭阳分公司", "new"),
        ("中国联通", "中国电信揭阳分公司", "new"),
        ("深圳市德信软件有限公司", "深圳市德信电子有限公司", "new"),
        ("深圳市海尔科技有限公司", "科技有限公司", "new"),
        ("山东海尔卡奥斯有限公司", "卡奥斯有限公司", "new"),
        ("海石科技", "Kinaxis", "new"),
        ("SAP", "SPA", "new"),
    ],
)
def test_names_alone_decide(known, candidate, state):
    decision = knowing_names(known, "无关电梯").find(Entity("", candidate))
    assert (decision.state, decision.entity_id) == (state, known if state != "new" else "")
    assert decision.reasons


def test_scores_and_states_agree():
    resolver = knowing_names("树根互联股份有限公司", "海尔卡奥斯", "广州市智信科技有限公司")
    for name in ("树根互联", "卡奥斯", "深圳市智信科技有限公司"):
        decision = resolver.find(Entity("", name))
        expected = "same" if decision.score >= SAME else "review"
        assert decision.state == (expected if decision.score >= REVIEW else "new")


def test_a_region_beside_the_name_speaks_against_another_place():
    resolver = knowing(Entity("a", "云启智造", region="440300"))
    assert resolver.find(Entity("", "云启智造", region="440305")).state == "same"
    assert resolver.find(Entity("", "云启智造", region="440100")).state == "review"


def test_two_known_names_that_fit_alike_are_for_a_person():
    resolver = knowing(
        Entity("a", "云启智造", code=a_code(1)), Entity("b", "云启智造有限公司", code=a_code(2))
    )
    decision = resolver.find(Entity("", "云启智造"))
    assert decision.state == "review"
    assert decision.reasons[0] == "More than one known name fits equally well."


def test_the_resolver_learns_names_and_codes_under_a_known_id():
    resolver = knowing(
        Entity("a", "云启智造"), Entity("a", "Galaxy Works", code=a_code(3), region="440300")
    )
    assert len(resolver) == 1
    assert resolver.find(Entity("", "galaxy works")).entity_id == "a"
    assert resolver.find(Entity("", "启云", code=a_code(3))).entity_id == "a"
    assert resolver.find(Entity("", "云启智造", region="440100")).state == "review"


def test_adding_a_name_twice_changes_nothing():
    resolver = knowing_names("云启智造", "云启智造")
    assert resolver.find(Entity("", "云启智造")).state == "same"


def test_aliases_of_a_candidate_are_looked_up():
    resolver = knowing_names("云启智造")
    assert resolver.find(Entity("", "Galaxy", aliases=("云启智造",))).state == "same"


def test_solutions_of_two_vendors_never_meet():
    known = Entity("s", "MES系统", scope="vendor-1")
    resolver = knowing(known, kind=Kind.SOLUTION)
    assert resolver.find(Entity("", "MES 系统", scope="vendor-1")).state == "same"
    assert resolver.find(Entity("", "MES 系统", scope="vendor-2")).state == "new"


@pytest.mark.parametrize(
    ("known", "candidate", "state"),
    [
        ("AVEVA MES(原 Wonderware)", "Wonderware", "same"),
        ("开普勒数据云", "开普勒数据云(KeplerDaas)", "same"),
        ("仓储管理系统 WMS(GC-AMS-QHY)", "仓储系统(GC-AMS-QHY)", "same"),
        ("仓储管理系统 WMS(GC-AMS-QHY)", "仓储管理系统 WMS(GC-WMS-GJS)", "new"),
        ("智能制造平台", "智能制造系统", "review"),
        ("造纸产业集群数字化(江门)", "造纸产业集群数字化", "review"),
        ("造纸产业集群数字化(江门)", "造纸产业集群数字化(东莞)", "new"),
        ("鼎捷 E10 V3.2", "鼎捷 E10 V4.0", "review"),
        ("企业ERP", "企业MES", "new"),
        ("根云-设备数字运维(EDM)", "根云-设备健康管理(PHM)", "new"),
    ],
)
def test_solutions_of_one_vendor(known, candidate, state):
    resolver = knowing(Entity(known, known, scope="v"), kind=Kind.SOLUTION)
    assert resolver.find(Entity("", candidate, scope="v")).state == state


def a_document(identifier: str, title: str, number: str = "", issuer: str = "") -> Entity:
    return Entity(identifier, title, code=number or None, scope=issuer)


TITLE = "关于印发东莞市数字化转型实施方案的通知"


@pytest.mark.parametrize(
    ("candidate", "state"),
    [
        (a_document("", TITLE, "东府[2022]1号"), "same"),
        (a_document("", "《东莞市数字化转型实施方案》", "东府〔2022〕1号"), "same"),
        (a_document("", "完全不同的题目", "东府〔2022〕1号"), "review"),
        (a_document("", TITLE, "东府〔2022〕2号"), "new"),
        (a_document("", TITLE, "", "东莞市人民政府、东莞市财政局"), "same"),
        (a_document("", TITLE, "", "佛山市人民政府"), "review"),
        (a_document("", TITLE), "same"),
        (a_document("", "佛山市数字化转型实施方案"), "new"),
        (a_document("", "东莞市数字化转型实施方案(2025)"), "new"),
        (a_document("", "东莞市数字化转型实施办法方案"), "review"),
    ],
)
def test_documents_go_by_number_then_title_and_issuer(candidate, state):
    known = a_document("d", TITLE, "东府〔2022〕1号", "东莞市人民政府")
    assert knowing(known, kind=Kind.INFORMATION).find(candidate).state == state


@pytest.mark.parametrize(
    ("title", "date", "by", "state"),
    [
        ("工业互联网专题班", "2024-05-25", "", "same"),
        ("工业互联网专题班", "2024-05", "东莞市工业和信息化局", "same"),
        ("工业互联网专题班", "2024-06-01", "", "new"),
        ("工业互联网专题班", "", "", "review"),
        ("工业互联网专题班", "2024-05-25", "佛山市工业和信息化局", "review"),
        ("工业互联网专题班第二期", "2024-05-25", "", "new"),
    ],
)
def test_one_title_on_two_dates_is_two_trainings(title, date, by, state):
    known = Entity("t", "工业互联网专题班", scope="2024-05-25", by="东莞市工业和信息化局")
    resolver = knowing(known, kind=Kind.TRAINING)
    assert resolver.find(Entity("", title, scope=date, by=by)).state == state


def test_a_pair_that_thousands_share_stays_cheap():
    blocks = Blocks()
    for number in range(LONGEST_BLOCK * 3):
        blocks.add(f"科技{chr(0x4E00 + number)}", number)
    assert len(blocks.near("科技")) == MOST_NEAR
    assert blocks.near(f"科技{chr(0x4E00 + 5)}") == [5]
    assert blocks.near("无关") == []


def test_a_name_is_found_among_thousands_of_the_same_brand():
    resolver = knowing_names(*(f"华信{chr(0x4E00 + n)}科技有限公司" for n in range(3000)))
    resolver.add(Entity("known", "华信远景智能科技有限公司"))
    assert resolver.find(Entity("", "华信远景智能科技")).entity_id == "known"


def test_the_order_of_files_does_not_change_a_decision():
    names = ("树根互联股份有限公司", "海尔卡奥斯", "美云智数")
    one, other = knowing_names(*names), knowing_names(*reversed(names))
    for name in ("树根互联", "卡奥斯", "广东美云智数科技有限公司", "致远互联"):
        assert one.find(Entity("", name)) == other.find(Entity("", name))
