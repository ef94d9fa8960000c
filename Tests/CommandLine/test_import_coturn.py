# SPDX-License-Identifier: Apache-2.0
"""`swiftturn import-coturn`."""

import re

CONFIGURATION = """
# a comment
listening-ip=127.0.0.1
listening-port=3478
realm=example.org
use-auth-secret
static-auth-secret=north
user=alice:wonder
cli-password=qwerty
log-file=/var/log/turn.log
"""


def test_the_configuration_and_the_remarks_are_apart(program, tmp_path):
    source = tmp_path / "turnserver.conf"
    source.write_text(CONFIGURATION)
    result = program.run("import-coturn", str(source))
    assert result.returncode == 0
    assert '- "udp:127.0.0.1:3478"' in result.stdout and 'realm: "example.org"' in result.stdout
    lines = result.stderr.splitlines()
    assert lines and all(re.match(rf"{re.escape(str(source))}:\d+: [a-z-]+: (not translated|nothing to do): ", line)
                         for line in lines)
    for secret in ("north", "wonder", "qwerty"):
        assert secret not in result.stdout + result.stderr


def test_secrets_go_to_files(program, tmp_path):
    source, directory = tmp_path / "turnserver.conf", tmp_path / "secrets"
    source.write_text(CONFIGURATION)
    result = program.run("import-coturn", str(source), "--secrets-directory", str(directory))
    assert result.returncode == 0, result.stderr
    assert (directory / "auth-secrets").read_text() == "north\n"
    for file in ("auth-secrets", "users.db"):
        assert (directory / file).stat().st_mode & 0o777 == 0o600 and f'"{directory / file}"' in result.stdout
    listed = program.run("users", "list", "--database", str(directory / "users.db"))
    assert listed.stdout.startswith("example.org\talice\t")
    assert program.run("import-coturn", str(source), "--secrets-directory", str(directory)).returncode == 66


def test_a_missing_file_is_one_clear_line(program):
    result = program.run("import-coturn", "/nonexistent")
    assert result.returncode == 66 and "/nonexistent" in result.stderr and result.stdout == ""
