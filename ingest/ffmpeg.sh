#!/bin/sh
# Stands in for ffmpeg: a session of its own (Ctrl-C is the supervisor's to handle), an empty environment (no secrets), and death with
# the process that started it. All of it by exec, so that the process id stays the same. Systems without these tools go on without.
dying=''
command -v setpriv >/dev/null 2>&1 && dying='setpriv --pdeathsig KILL --no-new-privs'
session=''
command -v setsid >/dev/null 2>&1 && session='setsid'
exec $session env -i PATH="$PATH" LANG=C XUNCHENG_INSTANCE="$XUNCHENG_INSTANCE" $dying ffmpeg "$@"
