#!/usr/bin/env bash
# Makes the secrets of docker-compose.yml in deploy/secrets, once; those that are there stay. Keep a copy of that folder:
# without it nobody opens what the services have sealed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p -m 0700 deploy/secrets
image=svops:${SVOPS_RELEASE:-local}

if docker info >/dev/null 2>&1; then
    docker build --file deploy/Dockerfile --target svops --tag "$image" .
    docker run --rm --network none --user 0:0 --volume "$PWD/deploy/secrets:/deploy/secrets" "$image" \
        svops secrets /deploy --owner 10001
elif [ -x .venv/bin/svops ] && [ "$(id -u)" = 0 ]; then
    .venv/bin/svops secrets deploy --owner 10001
else
    echo "svops: a running Docker engine is needed, or root and \`make setup\`: the files belong to the containers' user 10001" >&2
    exit 1
fi
