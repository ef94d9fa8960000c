# SPDX-License-Identifier: Apache-2.0
"""Who may use the servers."""

REALM = "interop.test"
USER = "alice"
PASSWORD = "secret-of-alice"
# Leaves allocations behind, which must not count against the other.
CARELESS_USER = "mallory"
# Of time-limited credentials.
SECRET = "secret-of-the-application"
