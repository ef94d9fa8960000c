# SPDX-License-Identifier: Apache-2.0
"""A network with a firewall in it that passes TCP 443 alone, and calls across it: `scripts/firewall-lab`."""
