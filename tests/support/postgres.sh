# A throwaway PostgreSQL cluster in a folder of its own, on a Unix socket; it says where, and ends when
# its standard input does. Lines of `stop` and `start` are done and answered with `done`. FSYNC=on for
# figures; promises need none, for nobody cuts this cluster's power.
set -eu
# Debian keeps the server's programs out of PATH; elsewhere they are on it.
for bin in /usr/lib/postgresql/*/bin; do PATH="$bin:$PATH"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
initdb -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
    >"$folder/log"
start() {
    postgres -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync="${FSYNC:-off}" \
        -c max_connections=300 >>"$folder/log" 2>&1 &
    server=$!
    for try in $(seq 300); do
        if pg_isready -q -h "$folder"; then break; fi
        sleep 0.1
    done
}
stop() { kill -INT "$server" 2>/dev/null && wait "$server" || true; }
start
echo "$folder"
while read -r line; do
    "$line"
    echo done
done
stop
