"""Load on loopback by as many clients as are asked for, each with a connection of its own.

The standard library's client costs a tenth of what httpx does: on two cores the measure would
otherwise be of the client.
"""

import json
import statistics
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request to this machine, made again and again."""

    port: int
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def once(self, connection: HTTPConnection | None = None) -> Any:
        """The answer's JSON. Raises ValueError for any status that is not 2xx."""
        on = connection or HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = None if self.body is None else json.dumps(self.body)
        on.request(
            self.method, self.path, body, {"Content-Type": "application/json", **self.headers}
        )
        answer = on.getresponse()
        content = answer.read()
        if not 200 <= answer.status < 300:
            raise ValueError(f"{self.method} {self.path}: {answer.status} {content[:200]!r}")
        return json.loads(content)


@dataclass(frozen=True)
class Calls:
    """Requests of one who has signed in, to the API and to the model service behind it."""

    port: int
    models_port: int
    headers: dict[str, str]

    def api(self, method: str, path: str, body: Any = None) -> Call:
        return Call(self.port, method, f"/api{path}", self.headers, body)

    def model(self, path: str, request: Any) -> Call:
        return Call(self.models_port, "POST", path, body={"request": request})


def spread(call: Call, clients: int, requests: int) -> tuple[float, float]:
    """Median and 95th percentile in ms; each client asks again as soon as it is answered."""

    def ask(_: int) -> list[float]:
        connection, times = HTTPConnection("127.0.0.1", call.port, timeout=60), []
        for _number in range(requests // clients):
            start = time.perf_counter()
            call.once(connection)
            times.append((time.perf_counter() - start) * 1000)
        connection.close()
        return times

    with ThreadPoolExecutor(clients) as pool:
        times = [took for one in pool.map(ask, range(clients)) for took in one]
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def beside(slow: Call, call: Call) -> tuple[float, float]:
    """Seconds that a slow request takes, and the longest that another was answered in meanwhile, in ms."""
    longest = 0.0
    with ThreadPoolExecutor(1) as pool:
        begun = time.perf_counter()
        under_way = pool.submit(slow.once)
        while not under_way.done():
            start = time.perf_counter()
            call.once()
            longest = max(longest, (time.perf_counter() - start) * 1000)
        under_way.result()
    return time.perf_counter() - begun, longest
