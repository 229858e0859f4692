#!/usr/bin/env bash
# Runs what build-root.sh built as a container engine would: own process and network namespace, process 1,
# read-only root, no capabilities, a user without rights; and looks at what users rely on.
#
#   test/container/try-root.sh FOLDER [UID] [file|settings]     as root; needs swaks; about 20 seconds
#
# With `file` config/ is mounted as /config, with `settings` the configuration is made of the environment.
set -euo pipefail

folder=$(realpath "${1:?name the folder that build-root.sh built in}")
user=${2:-1000}
mode=${3:-file}
root=$folder/root
data=$folder/data-$user
log=$folder/log-$user
settings=()
if [ "$mode" = settings ]; then
  settings=(EDGE_FQDN=mail.contoso.com EDGE_ACCEPTED_DOMAINS=contoso.com EDGE_INTERNAL_HOSTS=192.0.2.25)
fi
config=$(realpath "$(dirname "$0")/../../config")

fail() { echo "FAILED: $*" >&2; tail -n 20 "$log" >&2; exit 1; }

# A new volume begins as what the image has there, owner and mode included.
rm -rf "$data"
cp -a "$root/data" "$data"

unshare --mount --net --pid --fork --kill-child bash -euc '
  root=$1 data=$2 user=$3 environment=$4 mode=$5 config=$6
  shift 6
  ip link set lo up
  mount --bind "$root" "$root"
  mount --bind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  # Ports below 1024 for everyone, as Docker sets it.
  echo 0 >"$root/proc/sys/net/ipv4/ip_unprivileged_port_start"
  mount -t tmpfs tmpfs "$root/tmp"
  mount --bind "$data" "$root/data"
  [ "$mode" = settings ] || mount --bind "$config" "$root/config"
  mount -o remount,bind,ro "$root"
  exec env --ignore-environment $(cat "$environment") "$@" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$root" setpriv --reuid "$user" --regid 0 --clear-groups \
    --bounding-set=-all --inh-caps=-all --no-new-privs edge start' \
  try-root "$root" "$data" "$user" "$folder/env" "$mode" "$config" "${settings[@]}" >"$log" 2>&1 &
outer=$!
# Process 1 by itself: the change of user has cut it off from --kill-child.
trap 'kill -KILL $(pgrep --parent "$outer") "$outer" 2>/dev/null || true' EXIT

for _ in $(seq 100); do
  grep -q '^ *25  ' "$log" && break
  kill -0 "$outer" 2>/dev/null || fail 'the relay ended before it listened'
  sleep 0.2
done
grep -E '^ *[0-9]+  ' "$log" || fail 'no table of listeners within 20 s'
relay=$(pgrep --parent "$outer")

inside() {
  env --ignore-environment $(cat "$folder/env") "${settings[@]}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    nsenter --target "$relay" --mount --net --pid --root --wd \
    setpriv --reuid "$user" --regid 0 --clear-groups --bounding-set=-all --no-new-privs "$@"
}

grep -E '^(Uid|Gid|CapEff|NoNewPrivs)' "/proc/$relay/status"
if inside touch /app/x 2>/dev/null; then fail 'the root file system can be written to'; fi
nsenter --target "$relay" --net swaks --server 127.0.0.1:25 --helo client.example.test \
  --from ana@example.test --to postmaster@contoso.com --hide-all --suppress-data || fail 'no message through port 25'
inside edge Get-Queue | grep 'To\|contoso\|192.0.2.25' || fail 'the message is in no queue'
inside edge healthcheck || fail 'healthcheck does not answer 0'
(cd "$data" && find . -path ./cache -prune -o -type f -print | sort)
# 27 MB as compiled ahead or at this start, 56 MB with the compiler in it.
resident=$(awk '$1 == "Pss:" { print int($2 / 1024) }' "/proc/$relay/smaps_rollup")
[ "$resident" -lt 40 ] || fail "process 1 holds $resident MB: it takes types out of the source by itself"

kill -TERM "$relay"
code=0
wait "$outer" || code=$?
[ "$code" = 0 ] || fail "SIGTERM ended the relay with exit code $code"
echo "user $user, by $mode: listens, takes mail, is healthy, drains with exit code 0"
