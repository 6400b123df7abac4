#!/usr/bin/env bash
# Ends whatever runs on .svops and removes everything that set-up, commands and tests have made in the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Every process of a command holds the lock, so the lock is free when the last one is gone.
is_free() { [ ! -e .svops/lock ] || flock -n .svops/lock true; }
wait_free() { flock -w "$1" .svops/lock true; }

if ! is_free; then
    owner=$(cat .svops/lock)
    kill -TERM "$owner" 2>/dev/null || true
    wait_free 60 || { kill -KILL "$owner" 2>/dev/null || true; wait_free 15; }
fi
rm -rf .venv .svops out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
find . -name __pycache__ -type d -prune -exec rm -rf {} +
