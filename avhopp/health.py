"""Is this process able to answer? Asked by the container's health check and by `make run`."""

from django.db import connection
from django.http import HttpRequest, HttpResponse

from avhopp.access.declaration import public


@public()
def health(request: HttpRequest) -> HttpResponse:
    """200 and `ok` when the database answers this process's login."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok\n", content_type="text/plain")
