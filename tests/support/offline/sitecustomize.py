"""Run by Python at the start of every process a test begins: this folder is on PYTHONPATH then."""

import os

import offline_guard

if offline_guard.LOG in os.environ:
    offline_guard.refuse_the_network()
