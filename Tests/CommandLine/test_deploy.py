# SPDX-License-Identifier: Apache-2.0
"""What operators install, as far as it can be looked at without building a package, a container or a cluster."""

import json
import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
PACKAGE = DEPLOY / "debian" / "package"
SCRIPTS = [DEPLOY / "debian" / name for name in ("build", "generated", "test")]
MAINTAINER_SCRIPTS = [PACKAGE / name for name in ("postinst", "prerm", "postrm")]
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
KUBERNETES_VERSION = "1.31"
COMPOSE = [DEPLOY / "docker" / name for name in ("compose.yaml", "compose.two-addresses.yaml")]


def output(*command, cwd=REPOSITORY):
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def fields(paragraph):
    """Of a Debian control file (deb-src-control(5))."""
    return dict(re.findall(r"^([A-Za-z-]+): *(.*(?:\n .*)*)", paragraph, re.MULTILINE))


# The Debian package


def test_the_package_is_of_the_program_s_version(program):
    version = program.run("--version").stdout.strip()
    assert re.match(r"swiftturn \((.*)\) ", (PACKAGE / "changelog").read_text())[1] == version


def test_the_package_names_what_it_is_and_needs():
    source, binary = (fields(paragraph) for paragraph in (PACKAGE / "control").read_text().split("\n\n"))
    assert source["Source"] == binary["Package"] == "swiftturn"
    assert "${shlibs:Depends}" in binary["Depends"]
    assert "${misc:Depends}" in binary["Depends"]
    for line in binary["Description"].split("\n"):
        assert len(line) <= 80


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_clean(script):
    assert output("shellcheck", "--external-sources", "--exclude", "SC1091,SC2154", script) == ""


@pytest.mark.parametrize("script", MAINTAINER_SCRIPTS, ids=lambda path: path.name)
def test_maintainer_scripts_are_clean(script):
    output("sh", "-n", script)
    assert output("shellcheck", "--shell", "sh", script) == ""


def test_the_service_finds_what_the_package_installs():
    service = (DEPLOY / "systemd" / "swiftturn.service").read_text()
    assert "\nUser=swiftturn\n" in service
    assert (PACKAGE / "swiftturn.sysusers").read_text().startswith("u swiftturn ")
    installed = dict(line.split() for line in (PACKAGE / "install").read_text().splitlines())
    program, configuration = (f"/{installed[name]}/{name}" for name in ("swiftturn", "swiftturn.yaml"))
    assert f"\nExecStart={program} serve --config {configuration}\n" in service


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    from conftest import newest_binary

    directory = tmp_path_factory.mktemp("generated")
    output(DEPLOY / "debian" / "generated", newest_binary(), directory)
    return directory


def test_every_command_has_a_manual_page(generated, program):
    pages = {path.name for path in (generated / "man").iterdir()}
    help = json.loads(program.run("--experimental-dump-help").stdout)
    names = {"-".join(path) for path in commands(help["command"])}
    assert pages == {f"{name}.1" for name in names}
    assert {"swiftturn.1", "swiftturn-serve.1", "swiftturn-users-add.1"} <= pages


def commands(command, above=()):
    path = (*above, command["commandName"])
    yield path
    for each in command.get("subcommands", []):
        if each["commandName"] != "help":
            yield from commands(each, path)


def test_manual_pages_are_clean_and_name_every_option(generated, program):
    for page in (generated / "man").iterdir():
        assert output("groff", "-man", "-Tutf8", "-ww", "-z", page) == ""
    text = output("groff", "-man", "-Tascii", "-P-cbou", generated / "man" / "swiftturn-serve.1")
    options = re.findall(r"^  (--[a-z-]+)", program.run("serve", "--help").stdout, re.MULTILINE)
    assert len(options) > 30
    # Lines are broken at hyphens.
    text = re.sub(r"-\n +", "-", text)
    assert [option for option in options if option not in text] == []


def test_completions_are_made(generated):
    completions = {path.name: path for path in (generated / "completions").glob("*/*")}
    assert completions.keys() == {"swiftturn", "_swiftturn", "swiftturn.fish"}
    output("bash", "-n", completions["swiftturn"])
    for path in completions.values():
        assert "import-coturn" in path.read_text()


# Containers


def test_the_dockerfile_is_clean_and_runs_as_nobody_in_particular():
    file = DEPLOY / "docker" / "Dockerfile"
    assert output(Path(sys.executable).with_name("hadolint"), file) == ""
    last_stage = file.read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER (\d+):\1$", last_stage, re.MULTILINE)[1] != "0"
    assert re.findall(r"^EXPOSE (.*)$", last_stage, re.MULTILINE) == ["443/tcp"]


def test_the_image_has_what_the_build_needs():
    # A pattern of Dockerfile.dockerignore for each folder that is copied.
    file, ignored = (DEPLOY / "docker" / name for name in ("Dockerfile", "Dockerfile.dockerignore"))
    copied = re.findall(r"^COPY (?!--from)(\S+)", file.read_text(), re.MULTILINE)
    assert [f"!{name}" for name in copied] == re.findall(r"^!.*$", ignored.read_text(), re.MULTILINE)
    assert all((REPOSITORY / name).exists() for name in copied)


@pytest.mark.parametrize("file", COMPOSE, ids=lambda path: path.name)
def test_compose_publishes_port_443_and_gives_no_privilege(file):
    services = yaml.safe_load(file.read_text())["services"]
    assert services.keys() == {"swiftturn"}
    service = services["swiftturn"]
    assert [re.sub(r"^\$\{.*?\}:", "", port) for port in service["ports"]] == ["443:443/tcp"]
    assert service.keys() & {"privileged", "network_mode", "cap_add"} == set()
    if "build" in service:
        context = (file.parent / service["build"]["context"]).resolve()
        assert context == REPOSITORY
        assert (context / service["build"]["dockerfile"]).is_file()
        assert (file.parent / service["env_file"]).resolve() == REPOSITORY / ".env"


# Without --acme-state: docs/certificates.md.
STATE = "/var/lib/swiftturn"


def test_the_container_has_a_place_for_certificates_that_come_by_themselves():
    compose = yaml.safe_load(COMPOSE[0].read_text())
    places = dict(volume.split(":")[:2] for volume in compose["services"]["swiftturn"]["volumes"])
    assert places["state"] == STATE
    assert compose["volumes"].keys() == {"state"}
    # A named volume that is empty takes owner and mode from the image.
    last_stage = (DEPLOY / "docker" / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+):", last_stage, re.MULTILINE)[1]
    assert f"install --directory --owner {user} --group {user} --mode 0700 {STATE}\n" in last_stage
    assert f"| `--acme-state DIR` | `acme-state` | `{STATE}/acme` |" in (REPOSITORY / "docs" / "certificates.md").read_text()


# Kubernetes


def test_a_pod_has_a_place_for_certificates_that_come_by_themselves():
    by_kind = {resource["kind"]: resource for resource in resources()}
    pod = by_kind["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounts["state"] == {"name": "state", "mountPath": STATE}
    # Keys stay closed to the group.
    assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
    claim = by_kind["PersistentVolumeClaim"]["metadata"]["name"]
    assert f"persistentVolumeClaim: {{claimName: {claim}}}" in (DEPLOY / "kubernetes" / "swiftturn.yaml").read_text()


def resources():
    return [each for file in MANIFESTS for each in yaml.safe_load_all(file.read_text())]


def test_manifests_are_as_kubernetes_wants_them():
    kinds = []
    for resource in resources():
        kubernetes_validate.validate(resource, KUBERNETES_VERSION, strict=True)
        kinds.append(resource["kind"])
    assert sorted(kinds) == ["ConfigMap", "Deployment", "PersistentVolumeClaim", "Secret", "Service"]


def test_manifests_fit_together():
    by_kind = {resource["kind"]: resource for resource in resources()}
    template = by_kind["Deployment"]["spec"]["template"]
    (container,) = template["spec"]["containers"]
    (port,) = container["ports"]
    (service_port,) = by_kind["Service"]["spec"]["ports"]
    assert (port["containerPort"], service_port["port"]) == (443, 443)
    assert service_port["targetPort"] == port["name"]
    selector = by_kind["Service"]["spec"]["selector"]
    assert selector == by_kind["Deployment"]["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes.keys()
    assert volumes["configuration"]["configMap"]["name"] == by_kind["ConfigMap"]["metadata"]["name"]
    assert volumes["certificate"]["secret"]["secretName"] == by_kind["Secret"]["metadata"]["name"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]


def test_the_server_starts_with_the_configuration_of_the_manifest(program, authority, port, tmp_path):
    (configuration,) = (each["data"]["swiftturn.yaml"] for each in resources() if each["kind"] == "ConfigMap")
    certificate, key = authority.issue("call.example.com")
    replaced = {"[::]:443": f"127.0.0.1:{port}", "/etc/swiftturn/tls/tls.crt": certificate, "/etc/swiftturn/tls/tls.key": key}
    for text, other in replaced.items():
        assert text in configuration
        configuration = configuration.replace(text, str(other))
    file = tmp_path / "swiftturn.yaml"
    file.write_text(configuration)
    server = program.serve("--config", str(file))
    assert server.url == f"https://call.example.com:{port}/"
    assert server.stop()[0] == 0
