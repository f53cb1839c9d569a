package record_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/shufflegl/shufflegl/internal/record"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(record.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("schema.json")
}

func check(t *testing.T, s *jsonschema.Schema, r record.Record) error {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// fill puts something into every field, so that none is left out of the JSON.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			*t = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1.5)
	default:
		panic(v.Kind())
	}
}

// A record with every field, and one with none, pass the schema; and the schema
// describes no field that there is not.
func TestSchema(t *testing.T) {
	s := schema(t)
	var full record.Record
	fill(reflect.ValueOf(&full).Elem())
	full.SchemaVersion = record.Version
	if err := check(t, s, full); err != nil {
		t.Errorf("%#v", err)
	}
	empty := record.Record{SchemaVersion: record.Version}
	empty.Test.Batch = 1
	if err := check(t, s, empty); err != nil {
		t.Errorf("%#v", err)
	}

	b, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range propertyNames(t) {
		if !strings.Contains(string(b), `"`+name+`":`) {
			t.Errorf("the schema has %q, records have not", name)
		}
	}
}

// The schema finds what is wrong.
func TestSchemaRefuses(t *testing.T) {
	s := schema(t)
	for name, spoil := range map[string]func(*record.Record){
		"another version":       func(r *record.Record) { r.SchemaVersion++ },
		"no picture in a batch": func(r *record.Record) { r.Test.Batch = 0 },
		"negative launches":     func(r *record.Record) { r.Model.Launches = -1 },
	} {
		r := record.Record{SchemaVersion: record.Version}
		r.Test.Batch = 1
		spoil(&r)
		if check(t, s, r) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func propertyNames(t *testing.T) []string {
	t.Helper()
	var doc any
	if err := json.Unmarshal(record.Schema, &doc); err != nil {
		t.Fatal(err)
	}
	var names []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if p, ok := v["properties"].(map[string]any); ok {
				for name := range p {
					names = append(names, name)
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	slices.Sort(names)
	if len(names) < 50 {
		t.Fatalf("the schema names %d fields", len(names))
	}
	return slices.Compact(names)
}
