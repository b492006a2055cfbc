#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Gzips the screens' files and writes an assembler file with them and the table that app/http/assets.h declares.
# Usage: assets.sh OUT.S ROOT… ; each ROOT is a folder whose name is the first segment of the URLs (app/web/panel → /panel/…), or
# FOLDER=/PREFIX (app/journal/data=/shared/data).
set -euo pipefail
out=$1
shift
gz=$(dirname "$out")/gz
rm -rf "$gz"
mkdir -p "$gz"

media_type() {
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.json) echo 'application/json' ;;
    *.webmanifest) echo 'application/manifest+json' ;;
    *.svg) echo 'image/svg+xml' ;;
    *.png) echo 'image/png' ;;
    *.jpg) echo 'image/jpeg' ;;
    *.ico) echo 'image/x-icon' ;;
    *.woff2) echo 'font/woff2' ;;
    *.txt) echo 'text/plain; charset=utf-8' ;;
    *) echo "assets.sh: no media type for $1" >&2 && return 1 ;;
    esac
}

# "URL path<TAB>file", by URL path in byte order, as assets.c searches it.
list=$(for argument in "$@"; do
    root=${argument%%=*}
    [ -d "$root" ] || continue
    prefix=/$(basename "$root")
    case $argument in *=*) prefix=${argument#*=} ;; esac
    (cd "$root" && find . -type f ! -name '.*' -printf '%P\n') | while IFS= read -r file; do
        printf '%s/%s\t%s\n' "$prefix" "$file" "$root/$file"
    done
done | LC_ALL=C sort)

{
    echo '/* Made by app/web/assets.sh. */'
    echo '    .section .rodata'
    n=0
    rows=
    while IFS=$'\t' read -r path file; do
        [ -n "$path" ] || continue
        type=$(media_type "$file")
        gzip -9n <"$file" >"$gz/$n"
        etag=$(sha256sum "$gz/$n" | cut -c1-20)
        printf 'asset_path_%d: .asciz "%s"\n' $n "$path"
        printf 'asset_type_%d: .asciz "%s"\n' $n "$type"
        printf 'asset_etag_%d: .asciz "\\"%s\\""\n' $n "$etag"
        printf 'asset_bytes_%d: .incbin "%s"\nasset_end_%d:\n' $n "$gz/$n" $n
        rows+="    .dc.a asset_path_$n, asset_type_$n, asset_etag_$n, asset_bytes_$n, asset_end_$n"$'\n'
        n=$((n + 1))
    done <<<"$list"
    echo '    .globl assets_count, assets_table'
    echo '    .type assets_count, %object'
    echo '    .type assets_table, %object'
    echo '    .balign 16'
    echo 'assets_count:'
    echo "    .dc.a $n"
    echo '    .size assets_count, . - assets_count'
    echo '    .section .data.rel.ro, "aw"'
    echo '    .balign 16'
    echo 'assets_table:'
    printf '%s' "$rows"
    echo '    .dc.a 0, 0, 0, 0, 0'
    echo '    .size assets_table, . - assets_table'
    echo '    .section .note.GNU-stack,"",%progbits'
} >"$out.part"
mv "$out.part" "$out"
