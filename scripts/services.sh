#!/usr/bin/env bash
# Servers for `npm run test:services`: each on loopback, on a free port, with its data in a temporary folder.
# What is started here is written to .services/, and only that is ended again.
#
#   scripts/services.sh start | stop | status
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state="$project/.services"
env_file="$state/env"
services=(prometheus)

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# install <package> <binary>...: by apt, when a binary is missing.
install() {
  local package=$1 binary missing=0
  shift
  for binary in "$@"; do command -v "$binary" >/dev/null || missing=1; done
  [ "$missing" = 1 ] || return 0
  echo "installing $package"
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
  # Debian starts a daemon that it installs; ours are started below, on ports of their own.
  if [ -d /run/systemd/system ]; then
    "${sudo[@]}" systemctl disable --now "$package" >/dev/null 2>&1 || true
  else
    "${sudo[@]}" service "$package" stop >/dev/null 2>&1 || true
  fi
}

# started <service> <pid> <folder> <name=value>...: what the tests read, and what `stop` ends.
# The start time tells our process from a later one that got the same number.
started() {
  local service=$1 pid=$2 folder=$3 pair
  shift 3
  echo "$pid $(start_time "$pid") $folder" >"$state/$service.pid"
  for pair in "$@"; do echo "export $pair" >>"$env_file"; done
}

start_time() { ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _; }

is_running() {
  local pid time
  [ -f "$state/$1.pid" ] || return 1
  read -r pid time _ <"$state/$1.pid"
  [ -n "$time" ] && [ "$(start_time "$pid")" = "$time" ]
}

# wait_ready <url> <pid> <log>
wait_ready() {
  for _ in $(seq 150); do
    curl -fsS -o /dev/null "$1" 2>/dev/null && return 0
    kill -0 "$2" 2>/dev/null || break
    sleep 0.2
  done
  echo "no answer from $1; its log ends:" >&2
  tail -n 20 "$3" >&2
  kill "$2" 2>/dev/null || true
  return 1
}

start_prometheus() {
  install prometheus prometheus promtool
  local folder port pid
  folder=$(mktemp -d "${TMPDIR:-/tmp}/promptheus-prometheus.XXXXXX")
  port=$(free_port)
  # The tests write their targets into such files; Prometheus reads them again by itself.
  echo '[]' >"$folder/targets.json"
  cat >"$folder/prometheus.yml" <<YAML
global: { scrape_interval: 1s, scrape_timeout: 900ms }
scrape_configs:
  - job_name: promptheus
    file_sd_configs: [{ files: ['$folder/targets*.json'], refresh_interval: 1s }]
YAML
  prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --web.listen-address="127.0.0.1:$port" --enable-feature=exemplar-storage >"$folder/log" 2>&1 </dev/null &
  pid=$!
  disown "$pid"
  wait_ready "http://127.0.0.1:$port/-/ready" "$pid" "$folder/log"
  started prometheus "$pid" "$folder" \
    "PROMPTHEUS_PROMETHEUS_URL=http://127.0.0.1:$port" "PROMPTHEUS_PROMETHEUS_TARGETS=$folder/targets.json"
}

start() {
  local service
  for service in "${services[@]}"; do
    if is_running "$service"; then echo "$service runs already; scripts/services.sh stop ends it" && return 0; fi
  done
  mkdir -p "$state"
  : >"$env_file"
  for service in "${services[@]}"; do "start_$service"; done
  status
}

stop() {
  local service pid folder
  for service in "${services[@]}"; do
    [ -f "$state/$service.pid" ] || continue
    read -r pid _ folder <"$state/$service.pid"
    if is_running "$service"; then
      kill "$pid"
      while is_running "$service"; do sleep 0.1; done
      echo "$service ended"
    fi
    rm -rf "$folder" "$state/$service.pid"
  done
  rm -f "$env_file"
}

status() {
  local service
  for service in "${services[@]}"; do
    if is_running "$service"; then echo "$service: runs"; else echo "$service: not running"; fi
  done
  [ ! -f "$env_file" ] || cat "$env_file"
}

case "${1:-}" in
  start | stop | status) "$1" ;;
  *) echo "usage: scripts/services.sh start | stop | status" >&2 && exit 2 ;;
esac
