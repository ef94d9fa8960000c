# SPDX-License-Identifier: Apache-2.0
"""Who may use the servers."""

REALM = "interop.test"
USER = "alice"
PASSWORD = "secret-of-alice"
# Leaves allocations behind, which must not count against the other.
CARELESS_USER = "mallory"
# Of time-limited credentials.
SECRET = "secret-of-the-application"
# The keys that turnutils_uclient -J has built in; it picks one at random for each token.
OAUTH_KEYS = (
    ("north", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEK", "A256GCM"),
    ("union", "MTIzNDU2Nzg5MDEyMzQ1Ngo=", "A128GCM"),
    ("oldempire", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIK", "A256GCM"),
)
