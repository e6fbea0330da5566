from django.urls import path

from avhopp.access.decorators import access_page
from avhopp.pages import views

urlpatterns = [path("", access_page(None)(views.components), name="components")]
