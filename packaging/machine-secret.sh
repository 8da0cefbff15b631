# Writes the machine secret unless there is one: whatever was derived from that one would be lost. The bytes go from the kernel into the
# file and are seen by nobody. $1: its folder, $2: the group that may read it.
set -eu
umask 077
secret=$1/machine-secret
if [ ! -e "$secret" ]; then
    head -c 32 /dev/urandom > "$secret.new"
    chown root:"$2" "$secret.new"
    chmod 0640 "$secret.new"
    sync "$secret.new"
    ln "$secret.new" "$secret" || [ -e "$secret" ]
    rm "$secret.new"
fi
