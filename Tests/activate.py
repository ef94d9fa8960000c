#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""activate.py FD COMMAND ...: runs a command with a listening socket, as systemd does (sd_listen_fds(3)).

Only the process itself knows what LISTEN_PID has to be, so this becomes the command."""

import os
import sys

os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "swiftturn.socket"}
os.execv(sys.argv[2], sys.argv[2:])
