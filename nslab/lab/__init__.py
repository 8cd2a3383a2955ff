"""Processes and messages: a disposable machine made of namespaces."""
