#!/bin/sh
# Puts a package into a new Debian, logs on there, and takes the package out again. Started as root in mount and process namespaces of its
# own; arguments: the package, the folder for the system, the file for the picture.
set -eu
package=$1 system=$2 picture=$3
mirror=http://deb.debian.org/debian
here=$(dirname "$0")

say() { printf '   %s\n' "$*"; }
# What a step has to say is said when it fails.
quietly() {
    "$@" >"$system.log" 2>&1 || {
        tail -n 40 "$system.log" >&2
        exit 1
    }
}
inside() { chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
add() { quietly inside apt-get --quiet --yes --no-install-recommends install "$@"; }

say "a new Debian in $system"
rm -rf "$system"
quietly debootstrap --variant=minbase bookworm "$system" "$mirror"
mount -t proc proc "$system/proc"
mount --rbind /dev "$system/dev"
mount -t tmpfs tmpfs "$system/tmp"
mount -t tmpfs tmpfs "$system/run"
# Nothing that is installed there starts anything.
printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
chmod 755 "$system/usr/sbin/policy-rc.d"
quietly inside apt-get --quiet update

say "the package, and what it depends on"
cp "$package" "$system/tmp/countersign.deb"
add /tmp/countersign.deb
inside countersign --version
for program in countersign-agent countersign-windows countersign-identify countersign-directory countersign-exits; do
    missing=$(inside ldd "/usr/bin/$program" | grep 'not found' || true)
    [ -z "$missing" ] || { printf '%s: %s\n' "$program" "$missing" >&2; exit 1; }
done

say "a desktop, and an application to log on to"
add at-spi2-core dbus-x11 fonts-dejavu-core openbox scrot xauth xdotool xvfb zenity
inside useradd --create-home anna
cp "$here/session.sh" "$system/tmp/session.sh"
# It needs no network.
inside unshare --net runuser --user anna -- env HOME=/home/anna sh -eu /tmp/session.sh
cp "$system/tmp/screen.png" "$picture"

say "the package is taken out; the machine secret stays, for the vaults that need it"
quietly inside apt-get --quiet --yes purge countersign
left=$(inside find /etc /usr /var -name '*countersign*' -not -path '/var/cache/*' -not -path '/var/log/*')
[ "$left" = /var/lib/countersign ] || { printf 'left behind: %s\n' "$left" >&2; exit 1; }
