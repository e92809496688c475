# A throwaway PostgreSQL cluster in a folder of its own, on a Unix socket; it says where, and ends when
# its standard input does. Lines of `stop`, `start`, `standby` and `fail_over` are done and answered with
# `done`. FSYNC=on for figures; promises need none, for nobody cuts this cluster's power.
set -eu
# Debian keeps the server's programs out of PATH; elsewhere they are on it.
for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$folder/log"
# With TLS_KEY and TLS_CERTIFICATE (PEM) the server also listens on TLS_PORT, for encrypted connections alone.
if [ -n "${TLS_KEY:-}" ]; then
    umask 077
    printf '%s' "$TLS_KEY" >"$folder/key.pem"
    printf '%s' "$TLS_CERTIFICATE" >"$folder/certificate.pem"
    printf 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n' >"$folder/hba.conf"
    OPTIONS="-c listen_addresses=127.0.0.1 -c port=$TLS_PORT -c hba_file=$folder/hba.conf -c ssl=on"
    OPTIONS="$OPTIONS -c ssl_key_file=$folder/key.pem -c ssl_cert_file=$folder/certificate.pem"
    export PGPORT="$TLS_PORT"
fi
# Serves the data in $1 on a socket in $2.
serve() {
    postgres -D "$1" -k "$2" -c listen_addresses= -c fsync="${FSYNC:-off}" \
        -c max_connections=300 ${OPTIONS:-} >>"$folder/log" 2>&1 &
    served=$!
    for try in $(seq 300); do
        if pg_isready -q -h "$2"; then break; fi
        sleep 0.1
    done
}
start() {
    serve "$folder/data" "$folder"
    server=$served
}
ask() { psql -XqAt -h "$folder" -U postgres -c "$1"; }
# A copy that follows: nothing is acknowledged before it has it on disk.
standby() {
    copies=$((${copies:-0} + 1))
    copy="$folder/copy-$copies"
    mkdir "$copy-socket"
    pg_basebackup -h "$folder" -U postgres -D "$copy" -R --checkpoint=fast >>"$folder/log" 2>&1
    serve "$copy" "$copy-socket"
    follower=$served
    ask "ALTER SYSTEM SET synchronous_standby_names = '*'" >>"$folder/log"
    ask "SELECT pg_reload_conf()" >>"$folder/log"
    for try in $(seq 300); do
        if [ "$(ask "SELECT sync_state FROM pg_stat_replication")" = sync ]; then break; fi
        sleep 0.1
    done
}
# The server dies at once, and its copy takes over under the same address.
fail_over() {
    pkill -KILL -P "$server" 2>/dev/null || true
    kill -KILL "$server"
    wait "$server" 2>/dev/null || true
    echo "synchronous_standby_names = ''" >>"$copy/postgresql.auto.conf"
    pg_ctl -D "$copy" -w promote >>"$folder/log" 2>&1
    ln -sf "$copy-socket/.s.PGSQL.5432" "$folder/.s.PGSQL.5432"
    server=$follower
}
stop() { kill -INT "$server" 2>/dev/null && wait "$server" || true; }
start
echo "$folder"
while read -r line; do
    "$line"
    echo done
done
stop
