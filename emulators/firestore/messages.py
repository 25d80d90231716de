"""Firestore's raw protobuf classes, named once: the wrapped ones are seven times slower to walk.

The stub beside this file gives them types; the wire's own `from` is called `from_` here.
"""

from google.cloud.firestore_v1 import types

ArrayValue = types.ArrayValue.pb()
BatchGetDocumentsRequest = types.BatchGetDocumentsRequest.pb()
BatchGetDocumentsResponse = types.BatchGetDocumentsResponse.pb()
BatchWriteRequest = types.BatchWriteRequest.pb()
BatchWriteResponse = types.BatchWriteResponse.pb()
BeginTransactionRequest = types.BeginTransactionRequest.pb()
BeginTransactionResponse = types.BeginTransactionResponse.pb()
CommitRequest = types.CommitRequest.pb()
CommitResponse = types.CommitResponse.pb()
CreateDocumentRequest = types.CreateDocumentRequest.pb()
Cursor = types.Cursor.pb()
DeleteDocumentRequest = types.DeleteDocumentRequest.pb()
Document = types.Document.pb()
DocumentChange = types.DocumentChange.pb()
DocumentDelete = types.DocumentDelete.pb()
DocumentMask = types.DocumentMask.pb()
DocumentRemove = types.DocumentRemove.pb()
DocumentTransform = types.DocumentTransform.pb()
ExistenceFilter = types.ExistenceFilter.pb()
GetDocumentRequest = types.GetDocumentRequest.pb()
ListCollectionIdsRequest = types.ListCollectionIdsRequest.pb()
ListCollectionIdsResponse = types.ListCollectionIdsResponse.pb()
ListDocumentsRequest = types.ListDocumentsRequest.pb()
ListDocumentsResponse = types.ListDocumentsResponse.pb()
ListenRequest = types.ListenRequest.pb()
ListenResponse = types.ListenResponse.pb()
MapValue = types.MapValue.pb()
PartitionQueryRequest = types.PartitionQueryRequest.pb()
PartitionQueryResponse = types.PartitionQueryResponse.pb()
Precondition = types.Precondition.pb()
RollbackRequest = types.RollbackRequest.pb()
RunAggregationQueryRequest = types.RunAggregationQueryRequest.pb()
RunAggregationQueryResponse = types.RunAggregationQueryResponse.pb()
RunQueryRequest = types.RunQueryRequest.pb()
RunQueryResponse = types.RunQueryResponse.pb()
StructuredAggregationQuery = types.StructuredAggregationQuery.pb()
StructuredQuery = types.StructuredQuery.pb()
Target = types.Target.pb()
TargetChange = types.TargetChange.pb()
TransactionOptions = types.TransactionOptions.pb()
UpdateDocumentRequest = types.UpdateDocumentRequest.pb()
Value = types.Value.pb()
Write = types.Write.pb()
WriteRequest = types.WriteRequest.pb()
WriteResponse = types.WriteResponse.pb()
WriteResult = types.WriteResult.pb()

Aggregation = StructuredAggregationQuery.Aggregation
AggregationResult = types.AggregationResult.pb()
CollectionSelector = StructuredQuery.CollectionSelector
CompositeFilter = StructuredQuery.CompositeFilter
FieldFilter = StructuredQuery.FieldFilter
FieldReference = StructuredQuery.FieldReference
FieldTransform = DocumentTransform.FieldTransform
Filter = StructuredQuery.Filter
FindNearest = StructuredQuery.FindNearest
Order = StructuredQuery.Order
Projection = StructuredQuery.Projection
UnaryFilter = StructuredQuery.UnaryFilter
