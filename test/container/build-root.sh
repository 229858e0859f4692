#!/usr/bin/env bash
# Builds the image's file system without a container engine: carries out the steps of the Dockerfile in
# folders, on Debian from debootstrap with the installed Node.js (npm ci first) in place of the base image.
#
#   test/container/build-root.sh FOLDER     as root; needs debootstrap, the network, about 1 GB
#
# FOLDER/root is the file system, FOLDER/env its environment; try-root.sh runs them. The Debian base is
# kept for the next time. NPM is the folder of the npm to build with (default: this machine's).
# Understands of a Dockerfile what ours uses: FROM, WORKDIR, COPY, RUN, ENV, each told as it is done.
set -euo pipefail

folder=${1:?name a folder to build in}
mkdir -p "$folder"
folder=$(realpath "$folder")
cd "$(dirname "$0")/../.."
npm=${NPM:-$(dirname "$(dirname "$(realpath "$(command -v npm)")")")}
base=$folder/base

base_image() {
  local version debian
  read -r version debian <<<"$(sed -n 's/^FROM node:\([0-9.]*\)-\([a-z]*\)-slim$/\1 \2/p' Dockerfile)"
  [ "$(node_modules/node/bin/node --version)" = "v$version" ] ||
    { echo "the Dockerfile's Node.js $version is not the installed one" >&2; exit 1; }
  # Node.js needs libatomic1; the official image brings it.
  [ -e "$base/etc/debian_version" ] ||
    debootstrap --variant=minbase --include=libatomic1 "$debian" "$base"
  install -D node_modules/node/bin/node "$base/usr/local/bin/node"
  rm -rf "$base/usr/local/lib/node_modules"
  mkdir -p "$base/usr/local/lib/node_modules"
  cp -rL "$npm" "$base/usr/local/lib/node_modules/npm"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/local/bin/npm"
}

# Runs a command in a stage's file system by the stage's environment and user, with the network and the
# certificates of this machine.
run_in() {
  unshare --mount --pid --fork bash -euc '
    root=$1 workdir=$2 user=$3 environment=$4 command=$5
    mount --bind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    touch "$root/etc/resolv.conf"
    mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
    mkdir -p "$root/etc/ssl/certs"
    mount --bind /etc/ssl/certs "$root/etc/ssl/certs"
    exec env --ignore-environment HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} $(cat "$environment") \
      chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
      /bin/sh -ec "cd $workdir; $command"' run_in "$root" "$workdir" "$user" "$folder/env" "$1"
}

# COPY [--from=STAGE] SOURCE… TARGET: a folder gives its content, a file itself.
copy_into() {
  local root=$1 workdir=$2 source=.
  shift 2
  case $1 in --from=*) source=$folder/${1#--from=}; shift ;; esac
  local target=${*: -1} name
  case $target in /*) target=$root$target ;; *) target=$root$workdir/$target ;; esac
  for name in "${@:1:$#-1}"; do
    if [ -d "$source/$name" ]; then
      mkdir -p "$target"
      # What .dockerignore keeps out of the context.
      tar -C "$source/$name" $([ "$source" = . ] && printf -- '--exclude=%s ' $(ignored_in "$name")) -c . | tar -C "$target" -x
    else
      mkdir -p "$(dirname "$target/x")"
      cp "$source/$name" "$target"
    fi
  done
}

ignored_in() { sed -n "s,^$1/,./,p" .dockerignore; }

step() {
  local instruction=$1 arguments=$2
  case $instruction in
    FROM)
      stage=${arguments##* AS }
      [ "$stage" != "$arguments" ] || stage=root
      root=$folder/$stage workdir=/ user=0:0
      rm -rf "$root"
      cp -a "$base" "$root"
      : >"$folder/env"
      ;;
    WORKDIR) workdir=$arguments; mkdir -p "$root$workdir" ;;
    COPY) read -ra words <<<"$arguments"; copy_into "$root" "$workdir" "${words[@]}" ;;
    RUN) run_in "$arguments" ;;
    ENV) tr ' ' '\n' <<<"$arguments" >>"$folder/env" ;;
    USER) user=$arguments ;;
    LABEL | VOLUME | EXPOSE | STOPSIGNAL | HEALTHCHECK | ENTRYPOINT | CMD) ;; # try-root.sh does these
    *) echo "Dockerfile: this script does not know $instruction" >&2; exit 1 ;;
  esac
}

base_image
while read -r instruction arguments <&3; do
  echo "== $instruction $arguments"
  step "$instruction" "$arguments"
done 3< <(sed -e '/^#/d' -e '/^$/d' -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' Dockerfile)
du -sh "$folder/root/app/node_modules" "$folder/root/app/src" "$folder/root/usr/local/bin/node"
