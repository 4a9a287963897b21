#!/bin/sh
# Installs the edge as a service of systemd, on a device without Greengrass: docs/edge.md.
#
#   sudo sh edge/install.sh FOLDER [NAME=VALUE ...]   with the folder of `lookalike aws things add`, or one with edge.env
#   sudo sh edge/install.sh --page URL --key-file FILE --thing NAME [--page-ca FILE] [--password-file FILE] [NAME=VALUE ...]
#                                                     with what the page of a running Lookalike gives to who has its key
#   sudo sh edge/install.sh NAME=VALUE ...            with settings alone; later: changes these
#   sudo sh edge/install.sh --update                  this code in place of the installed, which comes back if this fails
#   sudo sh edge/install.sh --status                  what runs, with which settings, and its last lines
#   sudo sh edge/install.sh --remove                  all of it goes: code, settings, certificate, key, user
set -eu

name=lookalike-edge
opt=/opt/$name etc=/etc/$name state=/var/lib/$name
unit=/etc/systemd/system/$name.service
alive=/run/$name/alive
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
umask 022

fail() {
  echo "error: $1" >&2
  exit 1
}

usage() {
  sed -n 's/^#   /  /p' "$0" >&2
  exit 2
}

has_systemd() { [ -d /run/systemd/system ]; }

needs_root() { [ "$(id -u)" = 0 ] || fail "this needs root: sudo sh $0 ..."; }

# Runs the installed edge's Python, which finds the edge's modules.
python() { PYTHONPATH=$opt/code "$(cat "$opt/venv")/bin/python" -P "$@"; }

add_user() {
  id "$name" >/dev/null 2>&1 ||
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$name"
  # Cameras belong to it.
  if getent group video >/dev/null; then usermod --append --groups video "$name"; fi
}

# Puts the code beside this file in the place of the installed one, which stays as code.before until all is well.
put_code() {
  for each in edge common models; do
    [ -d "$root/$each" ] || fail "$root/$each is missing; expected a checkout of Lookalike, or its artefact for devices"
  done
  mkdir -p "$opt/code.new"
  clip=$(cd "$root" && ls samples/clip.mp4 2>/dev/null || true)
  # What a checkout holds for training and testing models stays behind.
  tar -C "$root" -c --exclude __pycache__ --exclude models/training --exclude models/golden edge common models $clip |
    tar -x --no-same-owner -C "$opt/code.new"
  chmod -R a+rX,go-w "$opt/code.new"
  # Models that were built or added here stay.
  for each in "$opt"/code/models/*.onnx; do
    if [ -e "$each" ] && [ ! -e "$opt/code.new/models/${each##*/}" ]; then cp "$each" "$opt/code.new/models/"; fi
  done
  if [ -d "$root/wheelhouse" ]; then ln -s "$root/wheelhouse" "$opt/code.new/wheelhouse"; fi
  if [ -e "$opt/venv" ]; then cp "$opt/venv" "$opt/venv.before"; fi
  sh "$opt/code.new/edge/greengrass/install" "$opt"
  rm -f "$opt/code.new/wheelhouse"
  if [ -d "$opt/code" ]; then mv "$opt/code" "$opt/code.before"; fi
  mv "$opt/code.new" "$opt/code"
  python -m compileall -q "$opt/code" >/dev/null || true # without it, it starts more slowly
}

# The model is in an artefact; from a checkout it is built once, with packages that are then of no use.
put_model() {
  model=$(sed -n 's/^LOOKALIKE_MODEL=//p' "$etc/edge.env")
  model=${model:-balanced}
  case $model in *[:/]* | *.onnx) return ;; esac
  if python -c 'import sys; from models.locate import resolve; resolve(sys.argv[1], build=False)' "$model" 2>/dev/null; then
    return
  fi
  [ -e "$root/models/requirements.lock" ] || fail "there is no model $model in $root/models; expected an artefact with it"
  echo "building the model $model"
  build=$(mktemp -d)
  "$(cat "$opt/venv")/bin/python" -m venv "$build"
  "$build/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --no-cache-dir --only-binary :all: \
    --require-hashes -r "$root/models/requirements.lock"
  (cd "$opt/code" && "$build/bin/python" -m models.build --variant "$model")
  rm -rf "$build"
}

start() {
  install -m 0644 "$opt/code/edge/$name.service" "$unit"
  has_systemd || return 0
  systemctl daemon-reload
  systemctl enable --quiet "$name"
  systemctl restart "$name"
}

restarts() { systemctl show "$name" --property NRestarts --value; }

# Waits until the loop turns: settings and model are good. The camera and the broker may be away.
works() {
  waited=0
  first=$(restarts)
  while [ $waited -lt 90 ]; do
    if [ -e "$alive" ]; then return 0; fi
    if systemctl is-failed --quiet "$name"; then return 1; fi
    if [ $(($(restarts) - first)) -ge 3 ]; then return 1; fi
    sleep 1
    waited=$((waited + 1))
  done
  return 1
}

last_lines() { journalctl --unit "$name" --lines "$1" --no-pager --output cat 2>/dev/null || true; }

# What is left of an attempt that failed; code and settings before come back, and run again.
undo() {
  rm -rf "$opt/code.new"
  if [ -d "$etc.before" ]; then
    rm -rf "$etc"
    mv "$etc.before" "$etc"
  fi
  if [ -d "$opt/code.before" ]; then
    rm -rf "$opt/code"
    mv "$opt/code.before" "$opt/code"
    mv "$opt/venv.before" "$opt/venv"
    start
    echo "code and settings are those of before" >&2
  fi
}

put() { # what edge.install_settings takes
  needs_root
  trap 'status=$?; [ $status = 0 ] || undo; exit $status' EXIT
  rm -rf "$opt/code.new" "$opt/code.before" "$opt/venv.before" "$etc.before"
  put_code
  add_user
  if [ -d "$etc" ]; then cp -a "$etc" "$etc.before"; fi
  mkdir -p "$etc"
  chgrp "$name" "$etc"
  chmod 0750 "$etc"
  python -m edge.install_settings "$etc" --owner "$name" "$@"
  put_model
  start
  if ! has_systemd; then
    echo "installed in $opt; systemd does not run here, so start it where it does: systemctl enable --now $name"
  elif works; then
    echo "$name runs; its lines: journalctl -fu $name"
  else
    last_lines 20 >&2
    fail "$name does not work; the lines above say why"
  fi
  rm -rf "$opt/code.before" "$opt/venv.before" "$etc.before"
}

show() {
  [ -d "$opt/code" ] || fail "$name is not installed"
  python -c 'from common.version import VERSION; print("version", VERSION)'
  if [ -r "$etc/edge.env" ]; then python -m edge.install_settings "$etc" --show; else echo "settings: shown to root"; fi
  if has_systemd; then systemctl show "$name" --property ActiveState,NRestarts,MemoryCurrent; fi
  last_lines 5
  LOOKALIKE_ALIVE_FILE=$alive python -m edge.alive
  echo "its loop turns"
}

remove() {
  needs_root
  if has_systemd && [ -e "$unit" ]; then systemctl disable --quiet --now "$name"; fi
  rm -f "$unit"
  if has_systemd; then systemctl daemon-reload; fi
  rm -rf "$opt" "$etc" "$etc.before" "$state"
  if id "$name" >/dev/null 2>&1; then userdel "$name"; fi
  echo "$name is removed; \`lookalike aws things remove NAME\` makes its certificate worthless"
}

case ${1-} in
--page) put "$@" ;;
--status) show ;;
--remove) remove ;;
--update)
  [ -d "$opt/code" ] || fail "$name is not installed"
  put
  ;;
'' | -*) usage ;;
*=*) put "$@" ;;
*)
  folder=$1
  shift
  put --folder "$folder" "$@"
  ;;
esac
