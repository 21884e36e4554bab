#!/usr/bin/env bash
# Builds a real API server of Kubernetes from its Go modules, and holds the adapters for Kubernetes against it, with etcd and
# the projects' own CustomResourceDefinitions. It is not part of .ci/run: on two cores the build takes nine minutes of
# time and 1.8 GB of memory. Needs Go 1.24 or newer, openssl, and etcd (Debian: etcd-server).
# Usage: scripts/kube-apiserver.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-${TMPDIR:-/tmp}/siskin-kube-apiserver}
version=34.4
etcd=$(command -v etcd) || { echo 'expected etcd, found none; install etcd-server' >&2; exit 2; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

if [[ ! -x $folder/kube-apiserver ]]; then
  # What is in staging/ there is published as modules of their own, of the same version.
  go mod download "k8s.io/kubernetes@v1.$version"
  source=$(go mod download -json "k8s.io/kubernetes@v1.$version" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
  {
    printf 'module build\ngo 1.24.0\nrequire k8s.io/kubernetes v1.%s\nreplace (\n' "$version"
    sed -n 's#^\t\(k8s.io/[a-z-]*\) => ./staging/.*#\t\1 => \1 v0.'"$version"'#p' "$source"
    printf ')\n'
  } >"$folder/go.mod"
  printf 'package build\n\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n' >"$folder/build.go"
  (cd "$folder" && go build -mod=mod -ldflags '-s -w' -o kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver)
fi

export SISKIN_KUBE_APISERVER=$folder/kube-apiserver SISKIN_ETCD=$etcd
exec npx vitest run --config test/wider/serving/kubernetes.config.ts
