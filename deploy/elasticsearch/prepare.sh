#!/usr/bin/env bash
# Prepare what every Elasticsearch node reads, in the image of Elasticsearch, before nodes start:
#   prepare.sh AUTHORITY TRUSTED CONFIG PASSWORD_FILE
# Once: a certificate authority (its key stays in AUTHORITY, its certificate goes to TRUSTED too)
# and one certificate for all nodes. Each time: the configuration of this image's version, our
# settings and role, and the one user, "pool", with the password of today.
set -euo pipefail
authority=$1 trusted=$2 config=$3 password_file=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 027 # the nodes run as group 0 and may read; nobody but root may write

if [ ! -s "$authority/ca.key" ]; then
  bin/elasticsearch-certutil ca --silent --pem --days 3650 --out "$scratch/ca.zip"
  unzip -q -j "$scratch/ca.zip" -d "$scratch"
  mv "$scratch/ca.crt" "$authority/ca.crt"
  mv "$scratch/ca.key" "$authority/ca.key" # last: without it, all is made again
  rm -rf "$config/certs"
fi
install -m 644 "$authority/ca.crt" "$trusted/ca.crt"

if [ ! -s "$config/certs/node.key" ]; then
  bin/elasticsearch-certutil cert --silent --pem --days 3650 --name node \
    --dns localhost,elasticsearch,elasticsearch2,elasticsearch3 --ip 127.0.0.1 \
    --ca-cert "$authority/ca.crt" --ca-key "$authority/ca.key" --out "$scratch/node.zip"
  unzip -q -j "$scratch/node.zip" -d "$scratch"
  mkdir -p "$config/certs"
  cp "$authority/ca.crt" "$scratch/node.crt" "$config/certs"
  mv "$scratch/node.key" "$config/certs/node.key"
fi

# Users in a file, not in an index: they are there before the cluster is, and none is superuser.
fresh=$scratch/config
cp -R config "$fresh"
rm -f "$fresh/elasticsearch.keystore"
cp "$here/elasticsearch.yml" "$here/roles.yml" "$fresh"
: >"$fresh/users"
: >"$fresh/users_roles"
export ES_PATH_CONF=$fresh
password=$(cat "$password_file")
printf '%s\n%s\n' "$password" "$password" | bin/elasticsearch-users useradd pool -r pool >/dev/null 2>&1
bin/elasticsearch-keystore create >/dev/null
chmod 640 "$fresh/elasticsearch.keystore" "$fresh/users" "$fresh/users_roles"
cp -R "$fresh/." "$config"
