# SPDX-License-Identifier: Apache-2.0
# Sourced by the other scripts: installs what is missing on a Debian machine, and nothing else.

require_swift() {
    if ! command -v swift >/dev/null; then
        echo "Swift 6.2 or newer is needed: https://www.swift.org/install/linux/" >&2
        exit 69
    fi
}

# install_packages PACKAGE...: Debian packages that are not there yet.
install_packages() {
    local missing=() package
    for package in "$@"; do
        if ! dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "As root, run first: apt-get install ${missing[*]}" >&2
            exit 69
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}" >&2
    "${as_root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
}

# What building needs: OpenSSL for all cryptography, SQLite for the user database, zlib for compressed responses.
build_packages=(libssl-dev libsqlite3-dev pkg-config zlib1g-dev)

# What the tests need beside that.
test_packages=(
    chromium firefox-esr pulseaudio libnss3-tools openssl iproute2 curl python3 python3-venv
    # Clients of others, and a server to compare with.
    coturn gir1.2-nice-0.1 python3-gi
    # Who gives out TURN credentials.
    nextcloud-spreed-signaling
    # An ACME server.
    pebble
    # Load balancers.
    haproxy libnginx-mod-stream nginx
    # Scripts and manual pages of the package.
    groff-base shellcheck
)
# And what scripts/firewall-lab needs.
firewall_packages=(nftables procps tcpdump tinyproxy-bin)
# And what deploy/debian/build needs.
debian_packages=(chrpath debhelper dpkg-dev)

# install_python_packages: what the tests in Python need, in .build/venv of the repository, which is the working directory.
install_python_packages() {
    if ! [ -x .build/venv/bin/pytest ]; then
        python3 -m venv .build/venv
    fi
    .build/venv/bin/pip install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
}
