#!/usr/bin/env bash
# Keys and certificates that kubeadm, the kubelet and the control plane would make with
# RSA, whatever kubeadm's configuration says: each takes a tenth of a second of a core,
# or several, while a cluster starts. These are the same with P-256 keys, like all others
# of the cluster. Sourced by common.sh, whose values it uses. Where there is no openssl,
# or none that signs certificates (before 3.0), those who need them make their own.

# self_signed CERTIFICATE KEY NAME: what a server shows of which nobody asks who it is.
self_signed() {
  local certificate=$1 key=$2 name=$3
  if [[ -e $key ]]; then return; fi
  mkdir -p "${key%/*}"
  openssl req -x509 -config - -extensions server -days 365 -subj "/CN=$name" \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$key" -out "$certificate" \
    2>/dev/null <<OPENSSL || rm --force "$key" "$certificate"
[req]
distinguished_name = name
[name]
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$name
OPENSSL
}

# serving_certificates: the one that a kubelet makes itself at its first start; on a
# master those of the controller manager and the scheduler, for whoever looks at their
# metrics, which kubeadm's configuration has them look for here.
serving_certificates() {
  local pki=/var/lib/kubelet/pki part
  self_signed "$pki/kubelet.crt" "$pki/kubelet.key" "$NODE"
  [[ $NODE == *-master-* ]] || return 0
  for part in kube-controller-manager kube-scheduler; do
    self_signed "$SERVING/$part.crt" "$SERVING/$part.key" localhost
  done
}
SERVING=/etc/kubernetes/serving

# client_kubeconfig FILE SERVER NAME [GROUP]: what `kubeadm init phase kubeconfig` makes,
# unless it is there; needs the cluster's authority.
client_kubeconfig() {
  local file=$1 server=$2 name=$3 group=${4:-} pki=/etc/kubernetes/pki folder
  if [[ -e $file ]]; then return; fi
  folder=$(mktemp -d)
  local key=$folder/key certificate=$folder/certificate
  openssl req -x509 -config - -extensions client -days 365 \
    -subj "${group:+/O=$group}/CN=$name" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$key" -out "$certificate" \
    2>/dev/null <<OPENSSL || { rm -r "$folder" && return 1; }
[req]
distinguished_name = name
[name]
[client]
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
subjectKeyIdentifier = none
basicConstraints = critical, CA:FALSE
OPENSSL
  base64_of() { base64 --wrap=0 "$1"; }
  (
    umask 077
    cat >"$file" <<KUBECONFIG
apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: kubernetes
  cluster:
    certificate-authority-data: $(base64_of "$pki/ca.crt")
    server: $server
users:
- name: $name
  user:
    client-certificate-data: $(base64_of "$certificate")
    client-key-data: $(base64_of "$key")
contexts:
- name: $name@kubernetes
  context:
    cluster: kubernetes
    user: $name
current-context: $name@kubernetes
KUBECONFIG
  )
  rm -r "$folder"
}

# kubelet_kubeconfig FOLDER NODE [SERVER]
kubelet_kubeconfig() {
  local server=${3:-$ENDPOINT}
  client_kubeconfig "$1/kubelet.conf" "https://$server" "system:node:$2" system:nodes
}

# follow_renewal: a kubelet keeps its client certificate in a file of its own, and
# renews it there before its year is over. A kubelet.conf with the first
# certificate in it would stop the kubelet from starting after that year: it is to
# name the file, as kubeadm's own do.
follow_renewal() {
  local current=/var/lib/kubelet/pki/kubelet-client-current.pem
  [[ -s $current ]] || return 0
  sed --in-place \
    --expression="s|client-certificate-data: .*|client-certificate: $current|" \
    --expression="s|client-key-data: .*|client-key: $current|" /etc/kubernetes/kubelet.conf
}
