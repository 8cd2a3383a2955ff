"""Typed system calls and kernel readers, one file per kernel interface."""
