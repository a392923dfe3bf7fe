// The names of Keras 3 that a recipe may use one day. Only those that the catalogue lacks count, so that nothing here
// has to change when one is added.
#include "core/text.h"
#include "models/recipe/reader.h"

namespace dltrain::models {

void add_planned(Catalogue& catalogue) {
  catalogue.plan(
      "layer", split("EinsumDense Masking Lambda Identity PReLU Conv3D Conv1DTranspose Conv3DTranspose DepthwiseConv1D "
                     "SeparableConv1D SeparableConv2D MaxPooling3D AveragePooling3D GlobalMaxPooling3D "
                     "GlobalAveragePooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveMaxPooling1D "
                     "AdaptiveMaxPooling2D LSTM GRU SimpleRNN RNN LSTMCell GRUCell SimpleRNNCell StackedRNNCells "
                     "Bidirectional TimeDistributed ConvLSTM1D ConvLSTM2D ConvLSTM3D MultiHeadAttention "
                     "GroupQueryAttention Attention AdditiveAttention GroupNormalization RMSNormalization "
                     "UnitNormalization SpectralNormalization SpatialDropout1D SpatialDropout2D SpatialDropout3D "
                     "GaussianDropout GaussianNoise AlphaDropout ActivityRegularization RepeatVector Cropping1D "
                     "Cropping2D Cropping3D ZeroPadding1D ZeroPadding3D UpSampling1D UpSampling3D Dot Resizing "
                     "CenterCrop RandomFlip RandomCrop RandomRotation RandomZoom RandomTranslation RandomBrightness "
                     "RandomContrast MixUp CutMix RandAugment Discretization CategoryEncoding Hashing StringLookup "
                     "IntegerLookup TextVectorization",
                     ' '));
  catalogue.plan("activation",
                 split("celu glu hard_shrink hard_silu hard_swish hard_tanh log_sigmoid mish soft_shrink sparse_plus "
                       "sparse_sigmoid sparsemax squareplus tanh_shrink threshold",
                       ' '));
  catalogue.plan("initializer", split("STFT", ' '));
  catalogue.plan(
      "loss", split("BinaryFocalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CTC Dice "
                    "Tversky Circle logcosh",
                    ' '));
  catalogue.plan(
      "metric",
      split("TruePositives TrueNegatives FalsePositives FalseNegatives PrecisionAtRecall RecallAtPrecision "
            "SensitivityAtSpecificity SpecificityAtSensitivity AUC auc F1Score FBetaScore IoU BinaryIoU MeanIoU "
            "OneHotIoU OneHotMeanIoU Mean Sum R2Score PearsonCorrelation ConcordanceCorrelation",
            ' '));
  catalogue.plan(
      "optimizer",
      split("Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon ScheduleFreeAdamW LossScaleOptimizer "
            "adadelta adagrad adamax adafactor nadam ftrl lion lamb muon",
            ' '));
  catalogue.plan("source", split("hdf5 tfrecord text cifar", ' '));
}

}  // namespace dltrain::models
