#!/usr/bin/env bash
# Servers for `npm run test:services`: each on loopback, on free ports, with its data in a temporary folder.
# What is started here is written to .services/, and only that is ended again. What has to be fetched is kept in
# ~/.cache/promptheus-services.
#
#   scripts/services.sh start [name…]    all of them, or those named: prometheus redis kafka ferretdb
#   scripts/services.sh stop | status
#   scripts/services.sh kill <name>      at once (SIGKILL), with its data left where it is
#   scripts/services.sh resume <name>    the killed one again: same ports, same data
#
# SERVICES_STATE names another folder than .services/, for a second set of servers.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state="${SERVICES_STATE:-$project/.services}"
cache="$HOME/.cache/promptheus-services"
services=(prometheus redis kafka ferretdb)
kafka_version=4.3.1
ferretdb_version=v1.24.2

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

start_time() { ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _; }

is_running() {
  local pid time
  [ -f "$state/$1.pid" ] || return 1
  read -r pid time _ <"$state/$1.pid"
  [ -n "$time" ] && [ "$(start_time "$pid")" = "$time" ]
}

# Each service has three functions: prepare_<service> <folder> fetches and configures it and names what the tests read,
# command_<service> <folder> says what runs, answers_<service> <folder> whether it answers.

told() { echo "export $1" >>"$2/env"; }

prepare_prometheus() {
  install prometheus prometheus promtool
  free_port >"$1/port"
  # The tests write their targets into such files; Prometheus reads them again by itself.
  echo '[]' >"$1/targets.json"
  cat >"$1/prometheus.yml" <<YAML
global: { scrape_interval: 1s, scrape_timeout: 900ms }
scrape_configs:
  - job_name: promptheus
    file_sd_configs: [{ files: ['$1/targets*.json'], refresh_interval: 1s }]
YAML
  told "PROMPTHEUS_PROMETHEUS_URL=http://127.0.0.1:$(<"$1/port")" "$1"
  told "PROMPTHEUS_PROMETHEUS_TARGETS=$1/targets.json" "$1"
}

command_prometheus() {
  command=(prometheus --config.file="$1/prometheus.yml" --storage.tsdb.path="$1/data"
    --web.listen-address="127.0.0.1:$(<"$1/port")" --enable-feature=exemplar-storage)
}

answers_prometheus() { curl -fsS -o /dev/null "http://127.0.0.1:$(<"$1/port")/-/ready"; }

prepare_redis() {
  install redis-server redis-server redis-cli
  free_port >"$1/port"
  told "PROMPTHEUS_REDIS_URL=redis://127.0.0.1:$(<"$1/port")" "$1"
}

# What it has acknowledged has to be there after a kill.
command_redis() {
  command=(redis-server --port "$(<"$1/port")" --bind 127.0.0.1 --dir "$1" --save '' --appendonly yes --appendfsync always)
}

answers_redis() { [ "$(redis-cli -p "$(<"$1/port")" ping)" = PONG ]; }

kafka_jars="$cache/kafka-$kafka_version"

prepare_kafka() {
  install openjdk-17-jre-headless java
  fetch_kafka
  free_port >"$1/port"
  free_port >"$1/controller"
  cat >"$1/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$(<"$1/controller")
listeners=PLAINTEXT://127.0.0.1:$(<"$1/port"),CONTROLLER://127.0.0.1:$(<"$1/controller")
advertised.listeners=PLAINTEXT://127.0.0.1:$(<"$1/port")
controller.listener.names=CONTROLLER
log.dirs=$1/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=1000
PROPERTIES
  java -cp "$kafka_jars/*" kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAA -c "$1/server.properties" >"$1/log" 2>&1
  told "PROMPTHEUS_KAFKA_BROKER=127.0.0.1:$(<"$1/port")" "$1"
}

fetch_kafka() {
  [ ! -d "$kafka_jars" ] || return 0
  install maven mvn
  echo "fetching Kafka $kafka_version"
  local folder
  folder=$(mktemp -d "$cache/fetching.XXXXXX")
  cat >"$folder/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>promptheus</groupId><artifactId>services</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka_version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
  mvn -q -B -Dstyle.color=never -f "$folder/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder/jars"
  mv "$folder/jars" "$kafka_jars"
  rm -rf "$folder"
}

command_kafka() {
  command=(java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$kafka_jars/*"
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.Kafka "$1/server.properties")
}

# ApiVersions, version 0: a size, the key 18, the version, a correlation id, no client id.
answers_kafka() {
  node -e '
    const socket = require("node:net").connect(+process.argv[1], "127.0.0.1");
    socket.on("error", () => process.exit(1)).on("data", (reply) => process.exit(reply.readInt16BE(8) === 0 ? 0 : 1));
    socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255]));
    setTimeout(() => process.exit(1), 2000);
  ' "$(<"$1/port")"
}

ferretdb="$cache/ferretdb-$ferretdb_version"

prepare_ferretdb() {
  fetch_ferretdb
  free_port >"$1/port"
  free_port >"$1/debug"
  mkdir "$1/data"
  told "PROMPTHEUS_MONGODB_URL=mongodb://127.0.0.1:$(<"$1/port")" "$1"
}

# The module has no file that says its version, and does not start without: so it is built from a copy that has one.
fetch_ferretdb() {
  [ ! -x "$ferretdb" ] || return 0
  command -v go >/dev/null || { echo 'FerretDB is built from its source: install Go 1.24 or newer' >&2 && return 1; }
  echo "building FerretDB $ferretdb_version"
  local folder source
  folder=$(mktemp -d "$cache/fetching.XXXXXX")
  source=$(cd "$folder" && go mod download -json "github.com/FerretDB/FerretDB@$ferretdb_version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  cp -r "$source" "$folder/source"
  chmod -R u+w "$folder/source"
  echo "$ferretdb_version" >"$folder/source/build/version/version.txt"
  (cd "$folder/source" && go build -o "$folder/ferretdb" ./cmd/ferretdb) >"$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log" >&2 && return 1; }
  mv "$folder/ferretdb" "$ferretdb"
  rm -rf "$folder"
}

command_ferretdb() {
  command=("$ferretdb" --handler=sqlite --sqlite-url="file:$1/data/" --state-dir="$1" --telemetry=disable --log-level=warn
    --listen-addr="127.0.0.1:$(<"$1/port")" --debug-addr="127.0.0.1:$(<"$1/debug")")
}

answers_ferretdb() { curl -fsS -o /dev/null "http://127.0.0.1:$(<"$1/debug")/debug/readyz"; }

# run <service> <folder>: in the background, until it answers. The start time tells our process from a later one that
# got the same number.
run() {
  local service=$1 folder=$2 pid command
  "command_$service" "$folder"
  "${command[@]}" >>"$folder/log" 2>&1 </dev/null &
  pid=$!
  disown "$pid"
  echo "$pid $(start_time "$pid") $folder" >"$state/$service.pid"
  for _ in $(seq 300); do
    "answers_$service" "$folder" >/dev/null 2>&1 && return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  echo "$service does not answer; its log ends:" >&2
  tail -n 20 "$folder/log" >&2
  kill "$pid" 2>/dev/null || true
  return 1
}

known() {
  local service
  for service in "${services[@]}"; do [ "$service" != "$1" ] || return 0; done
  echo "no service is called $1; there are ${services[*]}" >&2
  return 2
}

start() {
  local service folder
  [ $# -gt 0 ] || set -- "${services[@]}"
  mkdir -p "$state" "$cache"
  for service in "$@"; do
    known "$service"
    is_running "$service" && echo "$service runs already" && continue
    folder=$(mktemp -d "${TMPDIR:-/tmp}/promptheus-$service.XXXXXX")
    "prepare_$service" "$folder"
    run "$service" "$folder"
    cat "$folder/env" >>"$state/env"
  done
  status
}

# end <service> <signal>
end() {
  local pid
  is_running "$1" || return 0
  read -r pid _ <"$state/$1.pid"
  kill "-$2" "$pid"
  while is_running "$1"; do sleep 0.1; done
}

stop() {
  local service folder
  for service in "${services[@]}"; do
    [ -f "$state/$service.pid" ] || continue
    read -r _ _ folder <"$state/$service.pid"
    end "$service" TERM
    echo "$service ended"
    rm -rf "$folder" "$state/$service.pid"
  done
  rm -f "$state/env"
}

resume() {
  local folder
  is_running "$1" && return 0
  read -r _ _ folder <"$state/$1.pid"
  run "$1" "$folder"
}

status() {
  local service
  for service in "${services[@]}"; do
    if is_running "$service"; then echo "$service: runs"; else echo "$service: not running"; fi
  done
  [ ! -f "$state/env" ] || cat "$state/env"
}

case "${1:-}" in
  start) start "${@:2}" ;;
  stop | status) "$1" ;;
  kill) known "${2:-}" && end "$2" KILL ;;
  resume) known "${2:-}" && resume "$2" ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
esac
