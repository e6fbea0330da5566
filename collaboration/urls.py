"""Addresses of the collaboration with the police: in one case, and the two lists."""

from django.urls import include, path

from collaboration.views import assessments, checks, consents, overview, releases

in_case = [
    path("", overview.collaboration, name="collaboration"),
    path("bedomningar/", assessments.case_assessments, name="case_assessments"),
    path("bedomningar/ny/", assessments.assessment_new, name="assessment_new"),
    path(
        "bedomningar/<uuid:assessment_id>/andra-lasning/", assessments.second_reading, name="second_reading"
    ),
    path(
        "bedomningar/<uuid:assessment_id>/aterkalla/",
        assessments.assessment_withdraw,
        name="assessment_withdraw",
    ),
    path("samtycken/nytt/", consents.consent_new, name="consent_new"),
    path("samtycken/<uuid:consent_id>/aterkalla/", consents.consent_withdraw, name="consent_withdraw"),
    path("utlamnanden/", releases.case_releases, name="case_releases"),
    path("utlamnanden/nytt/", releases.release_new, name="release_new"),
    path("utlamnanden/<uuid:release_id>/", releases.release, name="release"),
    path("utlamnanden/<uuid:release_id>/aterkalla/", releases.release_recall, name="release_recall"),
    path("slagningar/", checks.case_checks, name="case_checks"),
    path("slagningar/planera/", checks.check_plan, name="check_plan"),
    path("slagningar/<uuid:check_id>/utford/", checks.check_done, name="check_done"),
    path("avvikelser/ny/", checks.deviation_new, name="deviation_new"),
    path("avvikelser/<uuid:deviation_id>/", checks.deviation, name="deviation"),
    path("avvikelser/<uuid:deviation_id>/bedom/", checks.deviation_assess, name="deviation_assess"),
    path("avvikelser/<uuid:deviation_id>/atgard/", checks.deviation_measure, name="deviation_measure"),
    path("avvikelser/<uuid:deviation_id>/avsluta/", checks.deviation_close, name="deviation_close"),
]
urlpatterns = [
    path("samverkan/bedomningar/", assessments.assessments, name="assessments"),
    path("samverkan/utlamnanden/", releases.releases, name="releases"),
    path("arenden/<uuid:case_id>/samverkan/", include(in_case)),
]
