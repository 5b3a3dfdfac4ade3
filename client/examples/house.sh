# Signs and sends a request: house METHOD PATH [QUERY] [BODY] [KEY]
# Needs curl and openssl, and HOUSE, KEY_ID and SECRET in the environment.
house() {
  local method=$1 path=$2 query=${3-} body=${4-} key=${5-}
  local now nonce digest signature
  now=$(date +%s)
  nonce=$(openssl rand -hex 16)
  digest=$(printf %s "$body" | openssl dgst -sha256 -r | cut -d' ' -f1)
  signature=$(printf '%s\n%s\n%s\n%s\n%s\n%s' \
    "$method" "$path" "$query" "$now" "$nonce" "$digest" |
    openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
  curl -sS -X "$method" "$HOUSE$path${query:+?$query}" \
    -H "X-Api-Key: $KEY_ID" -H "X-Api-Timestamp: $now" \
    -H "X-Api-Nonce: $nonce" -H "X-Api-Signature: v1=$signature" \
    ${key:+-H "Idempotency-Key: $key"} \
    ${body:+-H "Content-Type: application/json" --data-binary "$body"}
  echo
}
