#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs on Debian 12 what is needed to build ($1 = build; a board needs no more), for the demo, too (demo), and for the tests, too (test). Needs root or
# sudo only where something is missing.
set -euo pipefail

packages=(
    pkg-config libuv1-dev libmicrohttpd-dev libgnutls28-dev libcjson-dev libinih-dev libmosquitto-dev libcurl4-openssl-dev libssl-dev
    libsqlite3-dev libturbojpeg0-dev libjpeg62-turbo-dev libfreetype-dev libexif-dev libsystemd-dev libgpiod-dev libcairo2-dev
    libpango1.0-dev libfontconfig-dev tzdata fonts-wqy-microhei
    libsqlite3-dev libturbojpeg0-dev libjpeg62-turbo-dev libfreetype-dev libexif-dev libzbar-dev libarchive-dev libsystemd-dev libgpiod-dev tzdata fonts-wqy-microhei
)
[ "${1:-test}" = build ] || packages+=(mosquitto curl mate-backgrounds)
if [ "${1:-test}" = test ]; then
    packages+=(
        libcmocka-dev libimage-exiftool-perl libjpeg-turbo-progs plasma-workspace-wallpapers openssl sqlite3 rabbitmq-server nats-server
        ustreamer poppler-utils zbar-tools
        clang clang-format clang-tidy cppcheck libclang-rt-14-dev lld gcovr chromium
    )
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages: ${missing[*]}; install them as root (apt-get install) and try again" >&2; exit 1; }
    as_root=(sudo)
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
# The brokers' packages would start services of their own; the tests start theirs, on free loopback ports. So nothing is started while they are
# installed, nor at the next boot; a broker that was there before is left alone.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
fi
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
if [ -d /run/systemd/system ]; then
    for package in mosquitto rabbitmq-server nats-server; do
        [[ " ${missing[*]} " != *" $package "* ]] || "${as_root[@]}" systemctl disable -q "$package" || true
    done
    [[ " ${missing[*]} " != *" rabbitmq-server "* ]] || "${as_root[@]}" systemctl disable -q epmd.socket || true
fi
