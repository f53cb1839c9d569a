package onnxfile

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxMessages bounds the nodes, attributes, tensors, dimensions, ... of a model
// together. A net of a hundred layers has a few thousand. Without a bound, a
// hostile file gets two bytes turned into a struct of two hundred: 2 GiB into
// 200 GiB.
const maxMessages = 1 << 20

// count walks the wire format of m without decoding it and fails if b is not
// well-formed, nests deeper than maxDepth or has more than maxMessages
// messages. It allocates nothing and skips over weights, so it costs little
// next to decoding.
func count(b []byte, m proto.Message) error {
	left := maxMessages
	return walk(b, m.ProtoReflect().Descriptor().Fields(), maxDepth, &left)
}

func walk(b []byte, fields protoreflect.FieldDescriptors, depth int, left *int) error {
	if depth == 0 {
		return fmt.Errorf("messages nested more than %d deep", maxDepth)
	}
	if *left--; *left < 0 {
		return fmt.Errorf("more than %d messages", maxMessages)
	}
	for len(b) > 0 {
		num, wire, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if wire != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, wire, b); n < 0 {
				return protowire.ParseError(n)
			}
			b = b[n:]
			continue
		}
		v, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if f := fields.ByNumber(num); f != nil && f.Kind() == protoreflect.MessageKind {
			if err := walk(v, f.Message().Fields(), depth-1, left); err != nil {
				return err
			}
		}
	}
	return nil
}
