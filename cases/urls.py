"""Addresses of this part. Everything about a case lies under /arenden/<id>/, and ids are random."""

from django.urls import include, path, register_converter

from cases.states import CaseEvent
from cases.views import (
    access,
    access_requests,
    case,
    case_list,
    decision,
    delegation,
    documents,
    emergencies,
    follow_up,
    history,
    intake,
    investigation,
    journal,
    log_review,
    protected,
    readers,
    task,
)


class EventConverter:
    """One of the events of the state machine; anything else is no address."""

    regex = "|".join(event.value for event in CaseEvent)

    def to_python(self, value: str) -> CaseEvent:
        return CaseEvent(value)

    def to_url(self, value: str) -> str:
        return CaseEvent(value).value


register_converter(EventConverter, "event")

case_urls = [
    path("", case.case, name="case"),
    path("tidslinje/", case.case_timeline, name="case_timeline"),
    path("historik/", history.case_history, name="case_history"),
    path("historik/<uuid:change_id>/", history.history_text, name="history_text"),
    path("last-av/", readers.case_readers, name="case_readers"),
    path("person/", case.person, name="person"),
    path("handlaggare/", case.handler, name="handler"),
    path("behorigheter/", access.case_access, name="case_access"),
    path("behorigheter/ge/", access.access_give, name="access_give"),
    path("behorigheter/medhandlaggare/", access.access_co_handler, name="access_co_handler"),
    path("behorigheter/avsluta/", access.access_end, name="access_end"),
    path("steg/<event:event>/", case.step, name="step"),
    path("kontakt/", intake.contact, name="contact"),
    path("ateraktualisera/", intake.reopen, name="reopen"),
    path("uppgifter/<uuid:task_id>/", task.task, name="task"),
    path("skydd/", protected.protection, name="protection"),
    path("skydd/begar/", protected.protected_ask, name="protected_ask"),
    path("skydd/visa/", protected.protected_show, name="protected_show"),
    path("skydd/skriv/", protected.protected_write, name="protected_write"),
    path("skydd/namn/", protected.protection_names, name="protection_names"),
    path("skydd/begaran/<uuid:protectedreading_id>/", protected.protected_answer, name="protected_answer"),
    path("journal/", journal.journal, name="journal"),
    path("journal/ny/", journal.journal_new, name="journal_new"),
    path("journal/<uuid:journalentry_id>/", journal.journal_entry, name="journal_entry"),
    path("journal/<uuid:journalentry_id>/andra/", journal.journal_edit, name="journal_edit"),
    path("journal/<uuid:journalentry_id>/signera/", journal.journal_sign, name="journal_sign"),
    path("journal/<uuid:journalentry_id>/ta-bort/", journal.journal_remove, name="journal_remove"),
    path("journal/<uuid:journalentry_id>/ratta/", journal.journal_correct, name="journal_correct"),
    path("utredning/", investigation.investigation, name="investigation"),
    path("utredning/definition/", investigation.definition, name="definition"),
    path(
        "utredning/<uuid:investigation_id>/skriv/",
        investigation.investigation_write,
        name="investigation_write",
    ),
    path(
        "utredning/<uuid:investigation_id>/forlang/",
        investigation.investigation_extend,
        name="investigation_extend",
    ),
    path(
        "utredning/<uuid:investigation_id>/slutfor/",
        investigation.investigation_conclude,
        name="investigation_conclude",
    ),
    path("beslut/", decision.decisions, name="decisions"),
    path("beslut/nytt/", decision.decide, name="decide"),
    path("beslut/<uuid:decision_id>/", decision.decision, name="decision"),
    path("beslut/<uuid:decision_id>/underrattat/", decision.decision_notify, name="decision_notify"),
    path("beslut/<uuid:decision_id>/verkstallt/", decision.decision_enforce, name="decision_enforce"),
    path("handlingar/", documents.documents, name="documents"),
    path("handlingar/ny/", documents.document_new, name="document_new"),
    path("handlingar/<uuid:document_id>/", documents.document, name="document"),
    path("handlingar/<uuid:document_id>/ta-bort/", documents.document_withdraw, name="document_withdraw"),
    path("uppfoljning/", follow_up.follow_ups, name="follow_ups"),
    path("uppfoljning/ny/", follow_up.follow_up_plan, name="follow_up_plan"),
    path("uppfoljning/<uuid:follow_up_id>/", follow_up.follow_up, name="follow_up"),
]

log_review_urls = [
    path("", log_review.log_reviews, name="log_reviews"),
    path("dra/", log_review.log_review_draw, name="log_review_draw"),
    path("larm/", log_review.read_alarms, name="read_alarms"),
    path("larm/<uuid:event_id>/slapp/", log_review.read_alarm_lift, name="read_alarm_lift"),
    path("fraga/<uuid:logreviewquestion_id>/", log_review.log_review_question, name="log_review_question"),
    path("lasning/<uuid:logreviewitem_id>/", log_review.log_review_item, name="log_review_item"),
    path("lasning/<uuid:logreviewitem_id>/fraga/", log_review.log_review_ask, name="log_review_ask"),
    path("<uuid:logreview_id>/", log_review.log_review, name="log_review"),
    path("<uuid:logreview_id>/utan-anmarkning/", log_review.log_review_clear, name="log_review_clear"),
    path("<uuid:logreview_id>/skriv-under/", log_review.log_review_sign, name="log_review_sign"),
    path("<uuid:logreview_id>/protokoll/", log_review.log_review_protocol, name="log_review_protocol"),
]

urlpatterns = [
    path("arenden/", case_list.my_cases, name="my_cases"),
    path("arenden/sok/", case_list.case_search, name="case_search"),
    path("arenden/ny/", intake.intake, name="intake"),
    path("arenden/<uuid:case_id>/", include(case_urls)),
    path("atkomst/", access_requests.access_requests, name="access_requests"),
    path("atkomst/<uuid:request_id>/", access_requests.access_request, name="access_request"),
    path("nodatkomst/", emergencies.emergency, name="emergency"),
    path("nodatkomst/<uuid:emergency_id>/avsluta/", emergencies.emergency_end, name="emergency_end"),
    path("nodatkomst/granska/", emergencies.emergencies, name="emergencies"),
    path("nodatkomst/granska/<uuid:emergency_id>/", emergencies.emergency_review, name="emergency_review"),
    path("nodatkomst/besked/<uuid:notice_id>/", emergencies.emergency_notice, name="emergency_notice"),
    path("loggkontroll/", include(log_review_urls)),
    path("delegationsordning/", delegation.delegation_order, name="delegation_order"),
    path("delegationsordning/ny/", delegation.delegation_new, name="delegation_new"),
    path(
        "delegationsordning/<uuid:delegationorder_id>/",
        delegation.delegation_version,
        name="delegation_version",
    ),
]
