package record

import _ "embed"

// Schema is the JSON schema of a Record.
//
//go:embed schema.json
var Schema []byte
