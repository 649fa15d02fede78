"""The process table: every server and program of the stack, as data.

Commands are templates: split into words as a shell would, then `{name}` is filled from `Stack.values()` (ports,
paths), so that paths with spaces stay whole. Read this file and you know what runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oms_site.stack.probes import Http, Postgres, Probe, Running, Tcp, Valkey


@dataclass(frozen=True, slots=True)
class Process:
    """One process under supervisor.

    `priority` orders start (rising) and stop (falling). `ready_within` and `stop_wait` are seconds; after
    `stop_wait` the process is killed. `after` names processes that must be ready before this one starts.
    `signal_group` sends the stop signal to the whole process group instead of to the parent alone.
    """

    name: str
    command: str
    priority: int
    probe: Probe
    server: bool = False
    after: tuple[str, ...] = ()
    ready_within: float = 180
    stop_signal: str = "TERM"
    stop_wait: int = 15
    signal_group: bool = True
    unprivileged: bool = False
    directory: str = "{checkout}"
    environment: Mapping[str, str] = field(default_factory=dict)


#: JVM options of both services. The serial collector and lazily grown heaps keep the idle stack small on two
#: cores; no performance-data file in /tmp, which a SIGKILL would leave there.
_JVM = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Djava.io.tmpdir={tmp} -Djava.awt.headless=true"
)

SERVERS: tuple[Process, ...] = (
    Process(
        name="postgres",
        # What is acknowledged is on disk: synchronous_commit on, fsync on (but for tests). No unix socket: paths may be long.
        command="{postgres_bin}/postgres -D {postgres_data} -c listen_addresses=127.0.0.1 -c port={postgres}"
        " -c unix_socket_directories= -c max_connections=200 -c shared_buffers=128MB -c fsync={fsync}"
        " -c synchronous_commit=on -c password_encryption=scram-sha-256 -c wal_level=replica -c min_wal_size=256MB"
        " -c max_wal_size=2GB -c checkpoint_timeout=10min -c jit=off -c max_parallel_workers_per_gather=0"
        " -c timezone=UTC -c log_timezone=UTC -c log_checkpoints=off -c 'log_line_prefix=%m [%p] '",
        priority=10,
        probe=Postgres(),
        server=True,
        stop_signal="INT",  # fast shutdown: sessions are ended, the data is flushed
        stop_wait=30,
        signal_group=False,  # the postmaster ends its own children in order
        unprivileged=True,
        directory="{postgres_data}",
    ),
    Process(
        name="valkey",
        # Everything in it can be made again (queues, cached snapshots), so nothing is written to disk and a start
        # after a crash never finds yesterday's tasks.
        command="{valkey_server} --port {redis} --bind 127.0.0.1 --protected-mode yes --dir {valkey_data} --daemonize no"
        " --appendonly no --save '' --maxmemory 256mb --maxmemory-policy noeviction --tcp-keepalive 60",
        priority=10,
        probe=Valkey(),
        server=True,
        stop_wait=10,
    ),
    Process(
        name="kafka",
        command="{java} -Xmx512m -Xms96m " + _JVM + " -Dlog4j2.configurationFile={kafka_log_conf} -cp {kafka_jars}/*"
        " kafka.Kafka {kafka_conf}",
        priority=10,
        probe=Tcp("kafka"),
        server=True,
        ready_within=90,
        stop_wait=30,
    ),
    Process(
        name="registry",
        command="{java} -Xmx256m -Xms64m " + _JVM + " -jar {registry_home}/quarkus-run.jar",
        priority=20,
        probe=Http("registry", "/apis/ccompat/v7/subjects"),
        server=True,
        after=("postgres",),
        ready_within=120,
        stop_wait=20,
        directory="{tmp}",
        environment={
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": "{registry}",
            # A second listener that the build has switched on; left alone it takes port 9000 on every interface.
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
            "QUARKUS_MANAGEMENT_PORT": "{registry_management}",
            "QUARKUS_LOG_LEVEL": "WARN",
            "QUARKUS_HTTP_ACCESS_LOG_ENABLED": "false",
            # It holds 20 connections open unless told otherwise; it is asked for a schema now and then.
            "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "8",
            "APICURIO_STORAGE_KIND": "sql",
            "APICURIO_STORAGE_SQL_KIND": "postgresql",
            "APICURIO_DATASOURCE_URL": "jdbc:postgresql://127.0.0.1:{postgres}/registry",
            "APICURIO_DATASOURCE_USERNAME": "{postgres_user}",
            "APICURIO_DATASOURCE_PASSWORD": "{postgres_password}",
        },
    ),
)

SERVER_NAMES = tuple(server.name for server in SERVERS)

PROGRAMS: tuple[Process, ...] = (
    Process(
        name="web",
        # An idle connection is kept longer than a client's pool keeps it (5 s in httpx), or a request may meet its close. A worker that is
        # only busy is not killed for a late answer to its parent (5 s unless told otherwise).
        command="{python} {launch} {python} -m uvicorn oms_site.asgi:application --host 127.0.0.1 --port {web} --workers 2"
        " --no-access-log --ws oms_site.stream.protocol:StreamProtocol --ws-max-size 65536"
        " --timeout-graceful-shutdown 5 --timeout-keep-alive 75 --timeout-worker-healthcheck 60 --log-level warning",
        priority=50,
        probe=Http("web", "/livez"),
        after=SERVER_NAMES,
        signal_group=False,  # the parent passes it on to its workers
    ),
    Process(
        name="workers",
        # One slot a supervised worker and one to spare; --disable-prefetch keeps long tasks from waiting behind a busy slot.
        command="{python} {launch} {python} -m celery -A oms_site worker -n pipeline@oms -Q pipeline -c 10 --disable-prefetch -E"
        " --without-gossip --without-mingle -l INFO",
        priority=60,
        probe=Running(),
        after=SERVER_NAMES,
        stop_wait=30,
        signal_group=False,  # a warm shutdown: the parent lets each task finish its batch
    ),
    Process(
        name="tasks",
        # Three: supervision must not wait behind sampling or settlement.
        command="{python} {launch} {python} -m celery -A oms_site worker -n tasks@oms -Q default -c 3 -E"
        " --without-gossip --without-mingle -l INFO",
        priority=60,
        probe=Running(),
        after=SERVER_NAMES,
        stop_wait=30,
        signal_group=False,
    ),
    Process(
        name="beat",
        command="{python} {launch} {python} -m celery -A oms_site beat -l INFO --pidfile= -s {tmp}/celerybeat-schedule",
        priority=70,
        probe=Running(),
        after=SERVER_NAMES,
    ),
    Process(
        name="flower",
        command="{python} {launch} {python} -m celery -A oms_site flower --address=127.0.0.1 --port={flower}",
        priority=80,
        probe=Tcp("flower"),
        after=SERVER_NAMES,
    ),
)

BY_NAME: dict[str, Process] = {process.name: process for process in (*SERVERS, *PROGRAMS)}
