"""Loggkontroll in the browser: what Lova and Bo see, mark, ask, answer and sign."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.audit.models import ReadEntry
from avhopp.kernel.periods import add_months
from cases.actions.log_review import ask_manager, mark
from cases.models import LogReview, LogReviewItem, LogReviewQuestion
from tests.cases import log_reads
from tests.cases.conftest import said, text_of

held, logged, drawn, month = log_reads.held, log_reads.logged, log_reads.drawn, log_reads.month


def rows(cast, review) -> list[LogReviewItem]:
    with acting(cast.lova):
        return list(LogReviewItem.objects.filter(review=review).order_by("number"))


def of(cast, review, **facts) -> LogReviewItem:
    with acting(cast.lova):
        return LogReviewItem.objects.filter(review=review, **facts).order_by("number")[0]


def page(client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return text_of(answer)


def test_the_auditor_begins_at_the_months_and_sees_where_they_stand(as_, drawn):
    lova = as_("lova")
    assert lova.get(reverse("start")).url == reverse("log_reviews")
    text = page(lova, "log_reviews")
    assert reverse("log_review", args=[drawn.pk]) in text
    assert "Dragen" in text
    assert reverse("log_review_draw") not in text  # last month is drawn


def test_the_manager_sees_numbers_and_no_way_in(as_, cast, drawn):
    bo = as_("bo")
    text = page(bo, "log_reviews")
    assert ">7<" in re.sub(r"\s", "", text)
    assert reverse("log_review", args=[drawn.pk]) not in text
    for name in ("log_review", "log_review_clear", "log_review_sign", "log_review_protocol"):
        assert bo.get(reverse(name, args=[drawn.pk])).status_code == 403
    item = rows(cast, drawn)[0]
    assert bo.get(reverse("log_review_item", args=[item.pk])).status_code == 404


@pytest.mark.parametrize("handle", ["asta", "siri", "frida", "eskil", "nils", "eva"])
def test_others_see_nothing_of_it(as_, cast, drawn, handle):
    client = as_(handle)
    assert client.get(reverse("log_reviews")).status_code == 403
    hidden = client.get(reverse("log_review", args=[drawn.pk]))
    missing = client.get(reverse("log_review", args=[uuid4()]))
    assert (hidden.status_code, hidden.content) == (404, missing.content)


def test_the_button_draws_last_month_once(as_, cast, logged, month):
    logged("asta")
    lova = as_("lova")
    assert reverse("log_review_draw") in page(lova, "log_reviews")
    first, again = (lova.post(reverse("log_review_draw")) for _ in range(2))
    assert first.status_code == 302
    assert first.url == again.url
    with acting(cast.lova):
        assert LogReview.objects.get().month == month


def test_a_month_in_which_nothing_was_read_says_so(as_, month):
    answer = as_("lova").post(reverse("log_review_draw"))
    assert "Ingen läste i något ärende" in text_of(answer)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 7),
        ({"slag": "nodatkomst"}, 1),
        ({"slag": "polis"}, 1),
        ({"flagga": "natt"}, 1),
        ({"slag": "slump"}, 2),
        ({"lage": "kvar"}, 7),
        ({"lage": "anmarkning"}, 0),
        ({"lasare": "asta"}, 3),
        ({"enhet": "lpo"}, 1),
        ({"flagga": "finns inte"}, 7),
        ({"lasare": "not-a-uuid"}, 7),
    ],
)
def test_the_list_is_chosen_by_ids_and_never_by_names(as_, cast, held, drawn, query, count):
    ids = {"asta": cast.asta.pk, "lpo": cast.lpo.pk}
    text = page(
        as_("lova"), "log_review", drawn.pk, **{key: ids.get(value, value) for key, value in query.items()}
    )
    assert len(set(re.findall(r"/loggkontroll/lasning/([0-9a-f-]{36})/", text.split("</form>")[-1]))) == count
    assert "lasare=Asta" not in text


def test_a_read_tells_who_what_when_and_on_which_ground_and_nothing_of_the_person(
    as_, cast, case, held, drawn
):
    item = of(cast, drawn, actor_id=cast.asta.pk, is_flagged=False)
    text = page(as_("lova"), "log_review_item", item.pk)
    for shown in ("Asta", "Socialsekreterare", "Beroende", case.case_no, "Ärendets sida", "Handläggare"):
        assert shown in text, shown
    assert "Påhittad" not in text


def test_a_mark_leads_to_the_next_read_and_a_refused_one_keeps_what_was_typed(as_, cast, drawn):
    lova, (first, second, *_) = as_("lova"), rows(cast, drawn)
    url = reverse("log_review_item", args=[first.pk])
    refused = text_of(lova.post(url, {"verdict": "anmarkning", "reason": ""}))
    assert "Skriv varför" in refused
    assert re.search(r'value="anmarkning"[^>]*checked', refused)
    answer = lova.post(url, {"verdict": "anmarkning", "reason": "Ingen grund."})
    assert answer.url == reverse("log_review_item", args=[second.pk])
    assert "Läsning 1 är bedömd" in said(lova, answer)
    again = text_of(lova.get(url))
    assert "Ingen grund." in again
    assert "Granskas" in page(lova, "log_reviews")


def test_the_own_read_has_no_form_and_takes_no_mark(as_, cast, drawn):
    own = of(cast, drawn, actor_id=cast.lova.pk)
    url = reverse("log_review_item", args=[own.pk])
    lova = as_("lova")
    assert "Ingen granskar sina egna läsningar" in text_of(lova.get(url))
    lova.post(url, {"verdict": "ingen"})
    assert of(cast, drawn, pk=own.pk).verdict == ""


def test_the_plain_reads_of_a_page_are_shown_and_marked_together(as_, cast, held, drawn):
    lova = as_("lova")
    url = reverse("log_review_clear", args=[drawn.pk])
    assert url in page(lova, "log_review", drawn.pk)
    text = text_of(lova.get(url))
    plain = [item for item in rows(cast, drawn) if item.is_plain]
    assert text.count('type="checkbox"') == len(plain) == 2
    flagged = of(cast, drawn, is_police=True)
    refused = lova.post(url, {"items": [plain[0].pk, flagged.pk]})
    assert refused.status_code == 200
    assert of(cast, drawn, pk=plain[0].pk).verdict == ""
    answer = lova.post(url, {"items": [plain[0].pk]})
    assert "1 läsning är bedömd utan anmärkning" in said(lova, answer)
    assert [item.verdict for item in rows(cast, drawn) if item.is_plain] == ["ingen", ""]
    assert url not in page(lova, "log_review", drawn.pk, slag="polis")


def test_a_question_reaches_the_manager_and_the_answer_comes_back(as_, cast, case, drawn):
    lova, bo = as_("lova"), as_("bo")
    item = of(cast, drawn, actor_id=cast.asta.pk)
    ask = reverse("log_review_ask", args=[item.pk])
    assert cast.bo.name in text_of(lova.get(ask))
    assert lova.post(ask, {"to": cast.bo.pk, "text": "Varför på natten?"}).status_code == 302
    with acting(cast.lova):
        question = LogReviewQuestion.objects.get()
    url = reverse("log_review_question", args=[question.pk])
    assert url in page(bo, "log_reviews")
    assert "Frågor från logggranskaren" in page(bo, "dashboard")
    text = text_of(bo.get(url))
    assert "Varför på natten?" in text
    assert case.case_no in text
    assert as_("siri").get(url).status_code == 404
    assert bo.post(url, {"answer": "Akut samtal."}).status_code == 302
    assert "Akut samtal." in page(lova, "log_review_item", item.pk)
    assert "Frågor från logggranskaren" not in page(bo, "dashboard")


def finish(cast, review) -> None:
    with acting(cast.lova):
        for item in LogReviewItem.objects.filter(review=review).not_read_by(cast.lova):
            mark(item=item, verdict="ingen", reason="", by=cast.lova, at=timezone.now())


def test_the_signature_waits_for_every_mark_and_then_freezes(as_, cast, drawn):
    lova, url = as_("lova"), reverse("log_review_sign", args=[drawn.pk])
    assert "Allt är inte bedömt" in text_of(lova.get(url))
    lova.post(url, {"measures": "Inga."})
    with acting(cast.lova):
        assert LogReview.objects.get().state == "dragen"
    finish(cast, drawn)
    assert "Dragningen stämmer" in text_of(lova.get(url))
    refused = text_of(lova.post(url, {"measures": " "}))
    assert "Skriv under" in refused
    answer = lova.post(url, {"measures": "Genomgång på enhetsmöte."})
    protocol = said(lova, answer)
    for shown in (drawn.seed, drawn.reads_sha256, "Genomgång på enhetsmöte.", "Undertecknad", "Lova"):
        assert shown in protocol, shown
    item = of(cast, drawn, actor_id=cast.asta.pk)
    assert "Din bedömning" not in page(lova, "log_review_item", item.pk)
    assert "Undertecknad" in page(as_("bo"), "log_reviews")


def test_the_protocol_lists_what_was_found(as_, cast, drawn):
    item = of(cast, drawn, actor_id=cast.asta.pk)
    with acting(cast.lova):
        mark(item=item, verdict="forklaras", reason="Oklart uppdrag.", by=cast.lova, at=timezone.now())
    text = page(as_("lova"), "log_review_protocol", drawn.pk)
    assert "Oklart uppdrag." in text
    assert "Utkast" in text


def test_every_look_of_the_auditors_is_logged(as_, cast, drawn):
    lova, item = as_("lova"), rows(cast, drawn)[0]
    with acting(cast.lova):
        before = ReadEntry.objects.count()
    for name, args in (("log_review", [drawn.pk]), ("log_review_item", [item.pk])):
        lova.get(reverse(name, args=args))
    with acting(cast.lova):
        new = ReadEntry.objects.filter(actor_id=cast.lova.pk).order_by("-at")[:2]
        assert {(one.object_type, one.object_id) for one in new} == {
            ("logreview", drawn.pk), ("logreviewitem", item.pk),
        }  # fmt: skip
        assert ReadEntry.objects.count() == before + 2


@pytest.mark.parametrize(("days", "late"), [(0, False), (1, True)])
def test_it_is_late_thirty_days_after_the_months_end(cast, drawn, days, late):
    on = drawn.due + timedelta(days=days)
    assert drawn.due == add_months(drawn.month, 1) + timedelta(days=29)
    with acting(cast.bo):
        assert LogReview.objects.visible_to(cast.bo).late(on).exists() is late


def test_the_managers_dashboard_shows_a_review_that_waits_and_one_that_is_late(as_, cast, drawn):
    text = page(as_("bo"), "dashboard")
    assert "Loggkontroll" in text.split("Pågående placeringar")[0]
    assert (
        "Loggkontroll"
        not in page(as_("siri"), "dashboard").split("Pågående placeringar")[0].split("</nav>")[-1]
    )


def test_asking_a_manager_about_the_own_read_is_not_offered(as_, cast, drawn):
    item = of(cast, drawn, actor_id=cast.bo.pk)
    text = page(as_("lova"), "log_review_ask", item.pk)
    assert f'value="{cast.bo.pk}"' not in text
    with acting(cast.lova), pytest.raises(Exception, match="own_read"):
        ask_manager(item=item, to=cast.bo, text="?", by=cast.lova, at=timezone.now())


def test_no_page_asks_more_than_fifteen_questions_however_many_reads(as_, cast, held, drawn, logged):
    lova, item = as_("lova"), of(cast, drawn, actor_id=cast.asta.pk)
    places = [("log_reviews", []), ("read_alarms", []), ("log_review_draw", [])]
    places += [(f"log_review{page}", [drawn.pk]) for page in ("", "_clear", "_sign", "_protocol")]
    places += [(f"log_review_{page}", [item.pk]) for page in ("item", "ask")]
    for name, args in places:
        lova.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as asked:
            assert lova.get(reverse(name, args=args)).status_code == 200
        own = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
        assert len(own) <= 15, (name, len(own))
