"""The data keys, each wrapped by a key of a secret file: useless to whoever has only the database."""

from django.db import models


class DataKey(models.Model):
    id = models.CharField("nyckel", max_length=20, primary_key=True)
    ring = models.CharField("ring", max_length=12)
    number = models.PositiveIntegerField("ordningsnummer")
    wrapped = models.TextField("inslagen nyckel")
    wrapped_by = models.CharField("inslagen med", max_length=8)
    made_at = models.DateTimeField("gjord")

    class Meta:
        verbose_name = "datanyckel"
        verbose_name_plural = "datanycklar"
        ordering = ["ring", "number"]
        constraints = [models.UniqueConstraint(fields=["ring", "number"], name="data_key_once")]

    def __str__(self) -> str:
        return self.id
