#!/usr/bin/env bash
# Provides the volumes of the default storage class, in a pod on a master
# (addons/storage.yaml): each is a folder on the node that the scheduler has chosen
# for the claim's first pod. Whatever was cut short is found again and finished.
# env: HOME: a folder to write in
set -euo pipefail

provisioner=mok.dev/folder
folder=/var/lib/mok/volumes

# A line for each claim that waits for its volume:
# NAMESPACE NAME UID CLASS NODE SIZE MODES
claims() {
  # shellcheck disable=SC2016
  local template='{{range .items}}{{$claim := .}}{{if and (eq .status.phase "Pending") .metadata.annotations}}
{{- $by := index .metadata.annotations "volume.beta.kubernetes.io/storage-provisioner"}}
{{- $node := index .metadata.annotations "volume.kubernetes.io/selected-node"}}
{{- if and $node (eq (print $by) "'$provisioner'")}}
{{- with .metadata}}{{.namespace}} {{.name}} {{.uid}}{{end}} {{.spec.storageClassName}} {{$node}} {{.spec.resources.requests.storage}} {{range $i, $mode := .spec.accessModes}}{{if $i}},{{end}}{{$mode}}{{end}}{{"\n"}}
{{- end}}{{end}}{{end}}'
  # With --request-timeout it would not look for the pod's own credentials.
  timeout 10 kubectl get persistentvolumeclaims --all-namespaces \
    --output=go-template="$template"
}

# A line for each of our volumes whose claim is gone: NAME NODE
released() {
  # shellcheck disable=SC2016
  local template='{{range .items}}{{if and (eq .status.phase "Released") (eq .spec.persistentVolumeReclaimPolicy "Delete") .metadata.annotations}}
{{- if eq (print (index .metadata.annotations "pv.kubernetes.io/provisioned-by")) "'$provisioner'"}}
{{- .metadata.name}}{{range .spec.nodeAffinity.required.nodeSelectorTerms}}{{range .matchExpressions}} {{index .values 0}}{{end}}{{end}}{{"\n"}}
{{- end}}{{end}}{{end}}'
  timeout 10 kubectl get persistentvolumes --output=go-template="$template"
}

# on_node NODE JOB WORD...: runs a program of the node there; it finds the node's
# volumes below /volumes.
on_node() {
  local node=$1 job=$2
  shift 2
  local words
  printf -v words '"%s", ' "$@"
  kubectl apply --validate=false --filename=- <<JOB
apiVersion: batch/v1
kind: Job
metadata: {name: $job, namespace: kube-system}
spec:
  template:
    spec:
      nodeName: $node
      tolerations: [{operator: Exists}]
      restartPolicy: OnFailure
      automountServiceAccountToken: false
      containers:
      - name: folder
        image: k8s.gcr.io/pause:3.2
        imagePullPolicy: Never
        command: [$words]
        volumeMounts:
        - {name: programs, mountPath: /usr, readOnly: true}
        - {name: volumes, mountPath: /volumes}
      volumes:
      - {name: programs, hostPath: {path: /usr}}
      - {name: volumes, hostPath: {path: $folder, type: DirectoryOrCreate}}
JOB
  kubectl wait --namespace=kube-system --for=condition=complete --timeout=60s "job/$job"
  kubectl delete --namespace=kube-system --wait=false "job/$job"
}

# provide NAMESPACE NAME UID CLASS NODE SIZE MODES
provide() {
  local namespace=$1 name=$2 uid=$3 class=$4 node=$5 size=$6 modes=$7
  local volume=pvc-$uid policy
  policy=$(kubectl get storageclass "$class" --output=jsonpath='{.reclaimPolicy}')
  # Programs that do not run as root are to write there, too.
  on_node "$node" "make-$volume" mkdir --parents --mode=0777 "/volumes/$volume"
  kubectl apply --validate=false --filename=- <<VOLUME
apiVersion: v1
kind: PersistentVolume
metadata:
  name: $volume
  annotations: {pv.kubernetes.io/provisioned-by: $provisioner}
spec:
  capacity: {storage: $size}
  accessModes: [$modes]
  persistentVolumeReclaimPolicy: $policy
  storageClassName: "$class"
  claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, namespace: "$namespace", name: "$name", uid: $uid}
  hostPath: {path: $folder/$volume, type: Directory}
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [$node]}]
VOLUME
}

# discard VOLUME NODE
discard() {
  on_node "$2" "remove-$1" rm --recursive --force "/volumes/$1"
  kubectl delete --wait=false "persistentvolume/$1"
}

# Does what there is to do, all at once.
work() {
  local line words
  while read -r line; do
    read -r -a words <<<"$line"
    provide "${words[@]}" &
  done < <(claims)
  while read -r line; do
    read -r -a words <<<"$line"
    discard "${words[@]}" &
  done < <(released)
  wait
}

# A line for each claim, and for each that changes.
watch() {
  # The API ends a watch after half an hour or more, and when it stops. A connection
  # alone costs next to nothing to try.
  while true; do
    until : <>"/dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT"; do
      sleep 0.5
    done 2>/dev/null
    kubectl get persistentvolumeclaims --all-namespaces --watch --output=name || true
    sleep 1
  done
}

# The first program of a container hears a signal only if it has asked for it.
trap exit TERM

# Works whenever something has changed, and once more soon afterwards: a volume is
# released a little after its claim has gone.
follow() {
  local patience=60
  while true; do
    if read -r -t "$patience" _; then
      patience=3
    elif (($? > 128)); then
      patience=60
    else
      return
    fi
    # What happens together is looked at together.
    sleep 0.2
    while read -r -t 0 && read -r _; do :; done
    work
  done
}

watch | follow &
wait $!
exit 1
