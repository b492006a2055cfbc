#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A broker, head office and one board with a simulated camera, on loopback, with a site that is under way; Ctrl-C stops all of it and removes
# what it made. Several may run at once.
#   DEMO_PORT=8080 HUB_PORT=8081    ports of the board's and head office's pages; free ones without
#   SITELOG_DEMO_SECONDS=5          stop by itself after so long (for tests)
#   DEMO_PHOTOS=DIR                 JPEG files for the camera and the first photos; without it Debian's mate-backgrounds
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$PWD/${BUILD:-build/release}
photos=${DEMO_PHOTOS:-/usr/share/backgrounds/mate/nature}
site=demo-home board=demo-board zone=Asia/Shanghai
children=() broker_pid=""

# A demo's settings come from here, not from the environment of whoever runs it.
seconds=${SITELOG_DEMO_SECONDS:-}
while IFS= read -r name; do unset "$name"; done < <(compgen -e | grep '^SITELOG_' || true)

work=$(mktemp -d "${TMPDIR:-/tmp}/sitelog-demo-XXXXXX")
cleanup() {
    local pid i
    set +e
    trap '' INT TERM HUP
    for pid in "${children[@]}"; do kill -CONT "$pid" 2>/dev/null; kill "$pid" 2>/dev/null; done
    for pid in "${children[@]}"; do
        for ((i = 0; i < 80; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'echo; echo "stopping"; exit 0' INT TERM HUP

die() {
    echo "demo: $1" >&2
    if [ -n "${2:-}" ] && [ -s "$2" ]; then echo "---- its last words:" >&2; tail -n 60 "$2" >&2; fi
    exit 1
}

# start NAME PROGRAM…: in the background, log in $work/NAME.log; ends when this script does, however that ends. $! is its pid.
start() {
    local name=$1; shift
    setpriv --pdeathsig TERM -- "$@" >"$work/$name.log" 2>&1 </dev/null &
    children+=($!)
}

# Sleeps so that a signal is acted upon at once.
nap() {
    setpriv --pdeathsig TERM -- sleep "$1" >/dev/null 2>&1 </dev/null &
    wait $! || true
}

# wait_for WHAT LOG PID COMMAND…: until the command succeeds; gives up when the program ended or after 20 s
wait_for() {
    local what=$1 log=$2 pid=$3 i; shift 3
    for ((i = 0; i < 200; i++)); do
        "$@" >/dev/null 2>&1 && return 0
        kill -0 "$pid" 2>/dev/null || { "$@" >/dev/null 2>&1 && return 0; die "$what ended at once" "$log"; }
        sleep 0.1
    done
    die "$what did not come up within 20 s" "$log"
}

for program in sitelogd sitelog-hub sitelogctl; do
    [ -x "$bin/$program" ] || die "$bin/$program is not there: run make first"
done
for tool in mosquitto curl setpriv; do
    command -v "$tool" >/dev/null || die "$tool is not installed: bash tests/support/install-deps.sh"
done
mapfile -t pictures < <(find "$photos" -maxdepth 1 -iname '*.jpg' -size -15M 2>/dev/null | sort)
[ ${#pictures[@]} -ge 6 ] || die "$photos has no six JPEG files: install mate-backgrounds, or set DEMO_PHOTOS"

# ---- broker ----

broker_up() { (exec 3<>"/dev/tcp/127.0.0.1/$broker_port") 2>/dev/null; }

start_broker() {
    start broker mosquitto -c "$work/broker.conf"
    broker_pid=$!
}

choose_broker() { # somebody else may take a port between looking and listening: look again then
    local try i
    for ((try = 0; try < 20; try++)); do
        broker_port=$((20000 + RANDOM % 12000))
        broker_up && continue
        printf '%s\n' "user $(id -un)" "listener $broker_port 127.0.0.1" "allow_anonymous true" "persistence true" \
            "persistence_location $work/broker/" "message_size_limit 270336" >"$work/broker.conf"
        start_broker
        for ((i = 0; i < 50; i++)); do
            kill -0 $broker_pid 2>/dev/null || break
            broker_up && sleep 0.1 && kill -0 $broker_pid 2>/dev/null && return 0
            sleep 0.1
        done
    done
    die "mosquitto did not come up" "$work/broker.log"
}

mkdir -p "$work/broker" "$work/camera"
choose_broker
broker_log=$work/broker.log

# ---- settings, people, programs ----

cat >"$work/hub.conf" <<END
[hub]
org = demo
[store]
url = sqlite:$work/hub
[http]
listen = 127.0.0.1:${HUB_PORT:-0}
[feed]
url = mqtt://127.0.0.1:$broker_port
[office]
timezone = $zone
END

hub() { "$bin/sitelogctl" --config "$work/hub.conf" "$@"; }
brd() { "$bin/sitelogctl" --config "$work/board.conf" "$@"; }
person() { # person hub|brd ID PIN ROLE NAME
    "$1" user add "$2" --role "$4" --name "$5" --pin - <<<"$3" >"$work/ctl.log" 2>&1 || die "user add $2 failed" "$work/ctl.log"
}

hub init >"$work/ctl.log" 2>&1 || die "head office could not be set up" "$work/ctl.log"
person hub office 7539 office "总部"
person hub u-01 2468 manager "项目经理甲"
start hub "$bin/sitelog-hub" --config "$work/hub.conf"
hub_pid=$!
wait_for "head office" "$work/hub.log" $hub_pid test -s "$work/hub/http.port"
hub_url=http://127.0.0.1:$(<"$work/hub/http.port")

cp "${pictures[@]:3:4}" "$work/camera/"
echo 'dwell 5000' >"$work/camera/faults" # each picture stays for a while: there is something to aim at
cat >"$work/board.conf" <<END
[board]
org = demo
site = $site
id = $board
timezone = $zone
[store]
dir = $work/board
[http]
listen = 127.0.0.1:${DEMO_PORT:-0}
[mqtt]
host = 127.0.0.1
port = $broker_port
retry_max_s = 3
[upload]
url = $hub_url
[camera]
device = sim:$work/camera
timelapse_minutes = 1
timelapse_hours = 00:00-23:59
END
brd init >"$work/ctl.log" 2>&1 || die "the board could not be set up" "$work/ctl.log"
person brd u-01 2468 manager "项目经理甲"
person brd u-02 1357 supervisor "监理乙"
person brd u-03 3690 crew "班组长丙"
person brd u-04 4826 installer "安装员丁"
start board "$bin/sitelogd" --config "$work/board.conf"
board_pid=$!
wait_for "the board" "$work/board.log" $board_pid test -s "$work/board/http.port"
board_url=http://127.0.0.1:$(<"$work/board/http.port")
wait_for "head office's page" "$work/hub.log" $hub_pid curl -fsS -m 2 "$hub_url/healthz"
wait_for "the board's page" "$work/board.log" $board_pid curl -fsS -m 2 "$board_url/healthz"

# ---- a site that is under way, made as people make it: over the pages' own interface ----

uuid7() {
    local ms
    ms=$(printf '%012x' "$(date +%s%3N)")
    printf '%s-%s-7%03x-8%03x-%04x%04x%04x' "${ms:0:8}" "${ms:8:4}" $((RANDOM % 4096)) $((RANDOM % 4096)) $RANDOM $RANDOM $RANDOM
}

# call JAR METHOD URL [curl's arguments]: as who signed in with that jar
call() {
    local jar=$1 method=$2 url=$3 csrf="" status; shift 3
    [ -s "$work/$jar.csrf" ] && csrf=$(<"$work/$jar.csrf")
    status=$(curl -sS -m 30 -o "$work/reply" -w '%{http_code}' -b "$work/$jar.jar" -c "$work/$jar.jar" -X "$method" \
        -H "X-CSRF-Token: $csrf" "$@" "$url" 2>"$work/curl.log") || die "$method $url did not work: $(<"$work/curl.log")" "$work/board.log"
    [ "$status" -lt 300 ] || die "$method $url was answered with HTTP $status" "$work/reply"
}
send() { local jar=$1 method=$2 url=$3 body=$4; shift 4; call "$jar" "$method" "$url" -H 'Content-Type: application/json' "$@" --data-binary "$body"; }
sign_in() { # sign_in JAR URL ID PIN
    send "$1" POST "$2/api/v1/session" "{\"user\":\"$3\",\"pin\":\"$4\"}"
    sed -n 's/.*"csrf":"\([^"]*\)".*/\1/p' "$work/reply" >"$work/$1.csrf"
}
photo() { # photo FILE STAGE ROOM CAPTION HOURS_AGO: prints its id
    local id; id=$(uuid7)
    call crew POST "$board_url/api/v1/photos?id=$id&stage=$2&room=$3&caption=$4&taken=$(date -u -d "-$5 hours" +%Y-%m-%dT%H:%M:%SZ)" \
        -H 'Content-Type: image/jpeg' --data-binary "@$1"
    echo "$id"
}
day() { TZ=${2:-$zone} date -d "$1 days" +%F; }
stage() { printf '{"key":"%s","planned_start":"%s","planned_finish":"%s","after":[%s]}' "$1" "$(day "$2")" "$(day "$3")" "$4"; }
step() { send "$1" POST "$board_url/api/v1/stages/$2/$3" "{\"id\":\"$(uuid7)\"${4:-}}"; }
pass() { printf '{"item":"%s","result":"pass","photos":["%s"]}' "$1" "$2"; }
report() { # report STAGE ITEMS: the supervisor's
    send supervisor POST "$board_url/api/v1/inspections" "{\"id\":\"$(uuid7)\",\"date\":\"$(day 0)\",\"stage\":\"$1\",\"items\":[$2]}"
}

sign_in office "$hub_url" office 7539
sign_in manager "$board_url" u-01 2468
sign_in supervisor "$board_url" u-02 1357
sign_in crew "$board_url" u-03 3690
send manager PUT "$board_url/api/v1/consent" '{"given":true}'

# The first stages are done before a plan with dates is there: no rule finds them late.
before=$(photo "${pictures[0]}" preparation whole '%E5%8E%9F%E6%88%BF%20existing%20state' 240)
step manager preparation start
report preparation "$(pass pr.survey "$before"),$(pass pr.protect "$before"),$(pass pr.brief "$before"),
{\"item\":\"pr.power\",\"values\":[{\"part\":\"value\",\"value\":30}],\"photos\":[\"$before\"]},{\"item\":\"pr.pond0\",\"result\":\"na\",\"reason\":\"毛坯房，未做过防水\"}"
step manager preparation finish
step manager preparation request ",\"photos\":[\"$before\"]"
step supervisor preparation accept
walls=$(photo "${pictures[1]}" demolition living '%E6%8B%86%E5%A2%99%20walls%20removed' 27)
step manager demolition start
report demolition "$(pass de.bearing "$walls"),$(pass de.rebar "$walls"),$(pass de.riser "$walls"),$(pass de.edge "$walls"),$(pass de.base "$walls")"
step manager demolition finish
step manager demolition request ",\"photos\":[\"$walls\"]"
step supervisor demolition accept
step manager plumbing_electrical start

# A call that is due today is arranged where it is still yesterday, and the site's real zone comes with its plan.
plan() { # plan VERSION ZONE STAGES
    send office PUT "$hub_url/api/v1/sites/$site" "{\"name\":\"示范花园 1-101\",\"timezone\":\"$2\",\"contract_amount\":180000,\"stages\":[$3],
\"cutoffs\":{\"daylog\":\"18:30\",\"report\":{\"weekday\":6,\"time\":\"18:00\"},\"workdays\":[1,2,3,4,5,6,7],\"holidays\":[]},
\"people\":[{\"id\":\"u-01\",\"name\":\"项目经理甲\",\"role\":\"manager\"},{\"id\":\"u-02\",\"name\":\"监理乙\",\"role\":\"supervisor\"},
{\"id\":\"u-03\",\"name\":\"班组长丙\",\"role\":\"crew\"},{\"id\":\"u-04\",\"name\":\"安装员丁\",\"role\":\"installer\"}]}" -H "If-Match: $1"
}
west=Etc/GMT+12 next=$(day 0)
[[ $(day 0 $west) < $next ]] || next=$(day 1) # late in the evening it is the same day there
plan 0 $west ''
send office POST "$hub_url/api/v1/sites/$site/callbacks" "{\"id\":\"$(uuid7)\",\"score\":5,\"note\":\"满意，想知道几号进水电\",\"next\":\"$next\"}"
plan 1 $zone "$(stage preparation -12 -10 ''),
$(stage demolition -9 -1 '"preparation"'),
$(stage plumbing_electrical 0 9 '"demolition"'),
$(stage waterproofing 10 14 '"plumbing_electrical"'),
$(stage tiling 15 29 '"waterproofing"'),
$(stage carpentry 30 41 '"tiling"'),
$(stage painting 42 57 '"carpentry"'),
$(stage installation 58 67 '"painting"'),
$(stage completion 68 69 '"installation"')"
plan_arrived() { call manager GET "$board_url/api/v1/site" && grep -q '"version":2' "$work/reply"; }
wait_for "the plan on its way to the board" "$work/board.log" $board_pid plan_arrived

chased=$(photo "${pictures[2]}" plumbing_electrical kitchen '%E5%BC%80%E6%A7%BD%20chasing' 2)
cables=$(photo "${pictures[3]}" plumbing_electrical living '%E5%BC%BA%E5%BC%B1%E7%94%B5%20cables' 1)
# Logs are today's, or until ten yesterday's.
if [ "$(TZ=$zone date +%-H)" -lt 10 ]; then
    send manager POST "$board_url/api/v1/daylogs" "{\"id\":\"$(uuid7)\",\"date\":\"$(day -1)\",\"stage\":\"demolition\",
\"done\":[{\"phrase\":\"demolition/walls-removed\",\"rooms\":[\"living\"],\"state\":\"done\"}],
\"plan\":[{\"phrase\":\"plumbing_electrical/points-marked\"}],\"crew\":{\"demolition\":3},\"photos\":[\"$walls\"]}"
fi
send manager POST "$board_url/api/v1/daylogs" "{\"id\":\"$(uuid7)\",\"date\":\"$(day 0)\",\"stage\":\"plumbing_electrical\",
\"done\":[{\"phrase\":\"plumbing_electrical/points-marked\",\"rooms\":[\"whole\"],\"state\":\"done\"},{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":[\"kitchen\",\"master_bath\"],\"state\":\"going\"}],
\"plan\":[{\"phrase\":\"plumbing_electrical/conduits-laid\",\"rooms\":[\"living\"]},{\"phrase\":\"plumbing_electrical/conduits-arrived\"}],
\"crew\":{\"electrician\":2},\"photos\":[\"$chased\",\"$cables\"]}"
send supervisor POST "$board_url/api/v1/hazards" "{\"id\":\"$(uuid7)\",\"stage\":\"plumbing_electrical\",\"room\":\"living\",\"phrase\":\"power-data-close\",\"n\":200,\"photos\":[\"$cables\"]}"
send manager POST "$board_url/api/v1/changes" "{\"id\":\"$(uuid7)\",\"amount\":960,\"reason\":\"more-points\",\"text\":\"客厅增加两组插座\",\"stage\":\"plumbing_electrical\",\"room\":\"living\"}"
send manager POST "$board_url/api/v1/materials" "{\"id\":\"$(uuid7)\",\"name\":\"PPR 水管\",\"quantity\":60,\"unit\":\"m\",\"expected\":\"$(day -1)\",\"stage\":\"plumbing_electrical\"}"
send crew POST "$board_url/api/v1/camera/shot" "{\"id\":\"$(uuid7)\",\"stage\":\"plumbing_electrical\",\"room\":\"kitchen\"}"
send office POST "$hub_url/api/v1/sites/$site/photo-requests" "{\"id\":\"$(uuid7)\",\"stage\":\"plumbing_electrical\",\"room\":\"balcony\",\"text\":\"阳台排水改好后请拍一张\",\"camera\":false}"

all_received() { [[ $(brd status --json) =~ \"photos\":\{\"total\":([4-9]|[1-9][0-9]),[^}]*\"pending\":0, ]]; }
wait_for "the photos on their way to head office" "$work/board.log" $board_pid all_received

cat <<END

Sitelog demo: a board, head office, and the broker between them. Nothing of it is reachable from outside this machine.

  board        $board_url
    u-01 项目经理甲 manager      PIN 2468
    u-02 监理乙     supervisor   PIN 1357
    u-03 班组长丙   crew leader  PIN 3690
    u-04 安装员丁   installer    PIN 4826
  head office  $hub_url
    office 总部     office       PIN 7539
    u-01 项目经理甲 manager      PIN 2468

A job under way: two stages accepted, the third begun; a hazard open, a change to decide, pipes late, the customer to be called, a photo asked for.

Try: write today's log at the board and watch saved · sent · received; ask for a photo at head office (the board's camera answers);
     take the network away with the keys below and go on working: nothing is lost, and it arrives when the network is back.
     ${BUILD:-build/release}/sitelogctl --config $work/board.conf status      (also: doctor, verify, user list, photo add FILE)
END

if [ -n "$seconds" ]; then
    nap "$seconds"
    exit 0
fi

toggle_broker() {
    if kill -0 "$broker_pid" 2>/dev/null; then
        kill "$broker_pid"
        wait "$broker_pid" 2>/dev/null || true
        echo "The network is away. Press n again to bring it back."
    else
        start_broker
        wait_for "the broker" "$broker_log" "$broker_pid" broker_up
        echo "The network is back."
    fi
}

if [ -t 0 ]; then
    echo "Keys: n  network away and back    s  status    q or Ctrl-C  stop"
    while read -rsn1 key; do
        case $key in
            n) toggle_broker ;;
            s) echo; brd status || true; echo; hub status || true ;;
            q) exit 0 ;;
        esac
    done
else
    echo "Ctrl-C stops it."
    while :; do nap 3600; done
fi
