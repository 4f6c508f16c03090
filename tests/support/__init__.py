"""The harness of the tests: databases, browser, servers, and what keeps a run on this machine."""
