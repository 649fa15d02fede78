"""Replays as they are kept: what people see of them and ask of them, and where each goes on from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketdata.domain.steering import ReplayState, Wanted

_STORED = [state.value for state in ReplayState if state is not ReplayState.INTERRUPTED]


class QuoteReplay(models.Model):
    """A file of quotes on its way into the topic: what it is, where it stands, and what people want of it. Times are microseconds.

    `line` is the last line of the file that was sent, `rows` how many rows lie up to there, `sent` how many were sent in all. `part`
    rises with every jump (a seek, a new lap): with it and its line each record says on the topic which row it is, so that a replay that
    was killed goes on without sending one twice. `asked` counts what people asked for, `heard` how much of it the process has taken up.
    """

    path = models.TextField("file")
    digest = models.CharField("SHA-256", max_length=64, blank=True, help_text="of the text, however it is packed")
    symbols = models.JSONField(default=list, help_text="empty: all of the file")
    speed = models.CharField(max_length=16, default="1", help_text="a multiple of the file's own pace, or max")
    loop = models.BooleanField(default=False, help_text="begin again at the end, until stopped")
    skip_bad = models.BooleanField("skip bad rows", default=False)
    again = models.BooleanField(default=False, help_text="sent though the same file was replayed before")
    state = models.CharField(max_length=12, choices=[(state, state) for state in _STORED])
    wanted = models.CharField(max_length=8, choices=[(word.value, word.value) for word in Wanted], default=Wanted.RUN.value)
    seek_to = models.BigIntegerField(null=True)
    total = models.BigIntegerField("rows of the file", default=0)
    first_time = models.BigIntegerField(default=0)
    last_time = models.BigIntegerField(default=0)
    part = models.PositiveIntegerField(default=1)
    line = models.BigIntegerField(default=1)
    rows = models.BigIntegerField(default=0)
    sent = models.BigIntegerField("rows sent", default=0)
    time = models.BigIntegerField("position", default=0)
    rate = models.PositiveIntegerField("rows/s", default=0)
    asked = models.PositiveIntegerField(default=0)
    heard = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    holder = models.CharField(max_length=120, blank=True, help_text="host, process and its start")
    by_worker = models.BooleanField(default=False, help_text="the replay worker sends it, not a command")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    safe_at = models.DateTimeField(help_text="what was sent before this moment lies at or before `line`")
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "replay"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_STORED), name="quote_replay_state_known"),
            models.CheckConstraint(condition=Q(rows__gte=0, sent__gte=0, total__gte=0, line__gte=1), name="quote_replay_counts"),
        ]
        indexes = [models.Index(fields=["digest"], name="quote_replay_digest")]

    def __str__(self) -> str:
        return f"replay {self.pk}: {self.path}"
