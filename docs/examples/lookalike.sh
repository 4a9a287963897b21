#!/bin/sh
# The API with curl: sh docs/examples/lookalike.sh PHOTO.jpg
# Elsewhere than on this machine: LOOKALIKE_PAGE=https://… LOOKALIKE_API_KEY=… sh docs/examples/lookalike.sh PHOTO.jpg
set -eu
page=${LOOKALIKE_PAGE:-http://127.0.0.1:8080}
key="Authorization: Bearer ${LOOKALIKE_API_KEY:-}"

echo "The newest match of any camera:"
curl -fsS "$page/matches?limit=1"

echo; echo "Matches as they come, for five seconds:"
curl -sSN --max-time 5 "$page/matches/stream" || test $? -eq 28 # the five seconds are over

echo; echo "The three items that are most like a photo:"
curl -fsS -H "$key" -F "image=@$1" -F k=3 "$page/search"

echo; echo "A new item with a barcode, which cameras read too:"
curl -fsS -H "$key" -F "image=@$1" -F "title=An example" -F gtin=4006381333931 -F id=example-curl "$page/items"

echo; echo "And deleted again:"
curl -fsS -H "$key" -X DELETE "$page/items/example-curl"
