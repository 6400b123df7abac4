#!/usr/bin/env bash
# Makes a bare machine ready: system packages, the environment .venv from the lock, the command .venv/bin/svops.
# Run by make. Idempotent: what is there already is not touched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checkout=$PWD
mkdir -p .svops/log
log=.svops/log/setup.log
: >"$log"

say() { printf '· %s\n' "$*"; }
refuse() { printf 'svops: %s\n' "$*" >&2; exit 1; }
refuse_with_log() { tail -n 15 "$log" >&2; refuse "$* (all of it: $log)"; }

exec 9>.svops/setup.lock
flock 9

# A short name is not enough on PATH: ordinary users have no /sbin.
has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -F "$1" >/dev/null; }
has_font() { [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || fc-list 2>/dev/null | grep 'DejaVu Sans' >/dev/null; }
has_rabbitmq() {
    [ -n "${SVOPS_AMQP_URI:-}" ] || [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null
}
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The Python to use: one that can make environments now, otherwise one that can after a package. Empty when there is none.
find_python() {
    local name candidate=
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        is_new_enough "$name" || continue
        if can_make_environments "$name"; then
            printf '%s\n' "$name"
            return
        fi
        candidate=${candidate:-$name}
    done
    printf '%s\n' "$candidate"
}

python_state() { .venv/bin/python -c 'import sys; print(sys.version.split()[0])' 2>/dev/null; }
# An environment that was moved with its checkout names the old place in its scripts.
has_environment() { python_state >/dev/null && [ "$(cat .venv/.svops-place 2>/dev/null || echo "$checkout")" = "$checkout" ]; }

missing_packages() {
    has_library libpango-1.0.so.0 || echo libpango-1.0-0
    has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0
    has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0
    has_font || echo fonts-dejavu-core
    has_rabbitmq || echo rabbitmq-server
    has_chromium || echo chromium
    has_environment && return
    local python
    python=$(find_python)
    if [ -z "$python" ]; then
        echo python3 python3-venv
    elif ! can_make_environments "$python"; then
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
may_install() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >>"$log" 2>&1; }

# Debian starts a service when it installs it. While we install, a policy denies that; the one that was there comes back after.
policy=/usr/sbin/policy-rc.d
deny_starts() {
    [ ! -e "$policy" ] || as_root mv "$policy" "$policy.before-svops"
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}
allow_starts() {
    as_root rm -f "$policy"
    [ ! -e "$policy.before-svops" ] || as_root mv "$policy.before-svops" "$policy"
}

install_packages() {
    may_install || refuse "please install first: $* (apt-get install), or run everything with: docker compose up"
    say "installing ${*}"
    trap allow_starts EXIT
    deny_starts
    apt install -y --no-install-recommends "$@" || { apt update && apt install -y --no-install-recommends "$@"; } ||
        refuse_with_log "could not install $*; without them there is docker compose up"
    # Nor is the machine-wide broker to start with the machine: every checkout runs its own.
    case " $* " in
    *" rabbitmq-server "*) ! command -v systemctl >/dev/null || as_root systemctl disable rabbitmq-server >>"$log" 2>&1 || true ;;
    esac
    allow_starts
    trap - EXIT
}

make_environment() {
    local python
    python=$(find_python)
    { [ -n "$python" ] && can_make_environments "$python"; } || refuse "please install Python 3.11 or later with its venv module first"
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
}

pip() { .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input "$@" >>"$log" 2>&1; }

# Runs "$@" unless the stamp NAME in .venv says that it was done for the same text.
once_for() {
    local stamp=.venv/.svops-$1 text=$2
    shift 2
    [ "$(cat "$stamp" 2>/dev/null)" = "$text" ] && return
    "$@"
    printf '%s\n' "$text" >"$stamp"
}

install_lock() {
    say "installing the locked Python packages (a minute or two the first time)"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >>"$log"
    pip install --require-hashes -r requirements.lock || refuse_with_log "could not install the Python packages"
}

install_project() {
    say "installing the command .venv/bin/svops"
    pip install --no-build-isolation --no-deps --no-index -e . || refuse_with_log "could not install the project itself"
}

packages=$(missing_packages)
# shellcheck disable=SC2086 # one word a package is meant
[ -z "$packages" ] || install_packages $packages

has_environment || make_environment
printf '%s\n' "$checkout" >.venv/.svops-place
once_for lock "$(python_state) $(sha256sum <requirements.lock)" install_lock
once_for project "$(python_state) $(sha256sum <pyproject.toml)" install_project
