# SPDX-License-Identifier: Apache-2.0
"""Compares swiftturn with coturn, and with the least that a relay must do on this machine."""
