#!/bin/busybox sh
# The only program of a machine that kernels.py boots: runs each test and tells what it said, over
# the second serial line, where the kernel's own messages do not stand in between.
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
exec </dev/null >/dev/ttyS1 2>&1

echo "kernel $(uname -r)"
for program in /tests/*; do
    test=${program##*/}
    echo "test $test"
    CK_TAP_LOG_FILE_NAME=/tmp/tap timeout "$SECONDS_FOR_A_TEST" "$program" >/tmp/said 2>&1
    status=$?
    sed 's/^/said /' /tmp/said
    [ ! -e /tmp/tap ] || sed 's/^/tap /' /tmp/tap
    rm -f /tmp/tap
    echo "status $status"
done
reboot -f
